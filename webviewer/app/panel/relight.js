// Relights small pictures without WebGL: for previews.

const SLICE = 6;  // milliseconds of work at a time

// planes: RGBA bytes of each plane, mask: of the mask, or undefined. Returns RGBA bytes, transparent off the
// object; leaves the page time for its frames.
export async function relight(decoder, conditions, planes, mask) {
	const colour = decoder.colours(conditions);
	const out = new Uint8ClampedArray(planes[0].length);
	const texels = new Float32Array(decoder.latents);
	let start = performance.now();
	for (let at = 0; at < out.length; at += 4) {
		for (let k = 0; k < texels.length; k++) texels[k] = planes[Math.floor(k / 3)][at + k % 3] / 255;
		const rgb = colour(texels);
		for (let c = 0; c < 3; c++) out[at + c] = 255 * rgb[c];
		out[at + 3] = mask ? mask[at] : 255;
		if (at % 256 || performance.now() - start < SLICE) continue;
		await new Promise(resolve => setTimeout(resolve));
		start = performance.now();
	}
	return out;
}
