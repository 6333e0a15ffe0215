// Multi-light: which parts of a picture are drawn under a light of the fan, and where it is left out.

const [WIDE, HIGH] = [8, 32];  // pixels that are drawn under a light or not
const MARGIN = 1e-3;  // of a light: what shaders may reckon a place off

/** @typedef {{ columns: number, rows: number, chosen: Float32Array }} Grid  each place's light, 0 to their number less 1 */
/** @typedef {{ start: number, step: number }} Axis  where in the grid pixel 0 begins, and how far it is to the next */

/**
 * Of each light, the parts [x, y, width, height] of an area of pixels outside of which none has a share of it: in each
 * row of blocks what lies between the first and the last that may have. Software renderers take as long for pixels that
 * are discarded as for others.
 *
 * @param {Grid} grid
 * @param {number} lights  how many there are
 * @param {number[]} area
 * @param {Axis[]} axes
 * @param {number} texel  how far off in the grid a pixel may be read
 */
export function partsOf(grid, lights, [left, top, width, height], [across, down], texel) {
	const columns = blocksOf([left, width, WIDE], across, grid.columns, texel);
	/** @type {number[][][]} */
	const parts = Array.from({ length: lights }, () => []);
	for (const row of blocksOf([top, height, HIGH], down, grid.rows, texel)) {
		const spans = parts.map(() => [left + width, left]);
		for (const { from, to, places } of columns) {
			const [least, most] = reach(grid, places, row.places);
			for (let k = Math.max(0, Math.floor(least - MARGIN)); k <= Math.min(lights - 1, Math.ceil(most + MARGIN)); k++) {
				spans[k] = [Math.min(spans[k][0], from), to];
			}
		}
		spans.forEach(([from, to], k) => { if (to > from) parts[k].push([from, row.from, to - from, row.to - row.from]); });
	}
	return parts;
}

// Of each block its first pixel and the one after its last, and the first and the last place that these are interpolated of.
/** @type {(pixels: number[], axis: Axis, count: number, texel: number) => { from: number, to: number, places: number[] }[]} */
function blocksOf([first, length, size], { start, step }, count, texel) {
	return Array.from({ length: Math.ceil(length / size) }, (_, i) => {
		const [from, to] = [first + i * size, first + Math.min(length, (i + 1) * size)];
		const ends = [start + from * step, start + to * step];
		const places = [Math.floor(Math.min(...ends) - texel), Math.ceil(Math.max(...ends) + texel)];
		return { from, to, places: places.map(place => Math.min(count - 1, Math.max(0, place))) };
	});
}

// The least and the most that is chosen in a part of the grid.
/** @type {(grid: Grid, across: number[], down: number[]) => number[]} */
function reach({ columns, chosen }, [left, right], [top, bottom]) {
	let [least, most] = [Infinity, -Infinity];
	for (let y = top; y <= bottom; y++) {
		for (let x = left; x <= right; x++) {
			least = Math.min(least, chosen[y * columns + x]);
			most = Math.max(most, chosen[y * columns + x]);
		}
	}
	return [least, most];
}
