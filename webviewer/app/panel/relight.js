// Relights small pictures without WebGL, as shaders/decoder.py defines it: for previews.

import { frameUniform } from '../shader.js';

const SLICE = 6;  // milliseconds of work at a time

// planes: RGBA bytes of each plane, mask: of the mask, or undefined. Returns RGBA bytes, transparent off the
// object; leaves the page time for its frames.
export async function relight(decoder, light, planes, mask) {
	const colour = decoder.layers ? networkColour(decoder, light) : linearColour(decoder, light);
	const out = new Uint8ClampedArray(planes[0].length);
	const latents = new Float32Array(decoder.latents);
	let start = performance.now();
	for (let at = 0; at < out.length; at += 4) {
		for (let k = 0; k < latents.length; k++) latents[k] = planes[Math.floor(k / 3)][at + k % 3] / 255;
		const rgb = colour(latents);
		for (let c = 0; c < 3; c++) out[at + c] = 255 * rgb[c];
		out[at + 3] = mask ? mask[at] : 255;
		if (at % 256 || performance.now() - start < SLICE) continue;
		await new Promise(resolve => setTimeout(resolve));
		start = performance.now();
	}
	return out;
}

// Both take latents as the planes hold them, 0..1.
function networkColour(decoder, light) {
	const { layers: [first, second, third], latentMin, latentMax } = decoder;
	const scaled = first.weight.map(row => latentMin.map((min, k) => row[k] * (latentMax[k] - min)));
	const bias = frameUniform(decoder, light).data;
	const elu = value => value > 0 ? value : Math.expm1(value);
	const layer = (weight, bias, inputs) => weight.map((row, unit) => row.reduce((sum, w, i) => sum + w * inputs[i], bias[unit]));
	return latents => layer(third.weight, third.bias,
		layer(second.weight, second.bias, layer(scaled, bias, latents).map(elu)).map(elu));
}

function linearColour(decoder, light) {
	const { lrgb } = decoder;
	const { data } = frameUniform(decoder, light);
	const weigh = (latents, from, c) => latents.reduce(
		(sum, value, k) => k < from ? sum : sum + data[4 * (1 + k) + c] * value, data[c]);
	return latents => [0, 1, 2].map(c => lrgb
		? weigh(latents, 3, c) * (data[4 + c] + data[8 + c] * latents[c]) : weigh(latents, 0, c));
}
