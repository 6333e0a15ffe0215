// Multi-light: which parts of a picture are drawn under a light of the fan, and where it is left out.

const BAND = 32;  // rows of pixels that are drawn at once
const MARGIN = 1e-3;  // of a light: what shaders may reckon a place off

/** @typedef {{ columns: number, rows: number, chosen: Float32Array }} Grid  each place's light, 0 to their number less 1 */

/**
 * Of each light, the parts [x, y, width, height] of an area of pixels outside of which none has a share of it: in each
 * band of rows what lies between the first and the last that may have. Left out, as software renderers take as long for
 * pixels that are discarded as for others.
 *
 * @param {Grid} grid
 * @param {number} lights  how many there are
 * @param {number[]} area
 * @param {{ start: number, step: number }[]} axes  where in the grid pixel 0 lies, and how far the next
 * @param {number} texel  how much of the grid it may be off, besides a pixel
 */
export function partsOf(grid, lights, [left, top, width, height], [across, down], texel) {
	const inGrid = ({ start, step }, from, to) => {
		const ends = [from, to].map(pixel => start + pixel * step);
		const slack = texel + Math.abs(step);
		return [Math.floor(Math.min(...ends) - slack), Math.ceil(Math.max(...ends) + slack)];
	};
	const toPixel = place => Math.min(left + width, Math.max(left, Math.round((place - across.start) / across.step)));
	const slack = texel + across.step;
	const [first, last] = inGrid(across, left, left + width);
	/** @type {number[][][]} */
	const parts = Array.from({ length: lights }, () => []);
	for (let row = top; row < top + height; row += BAND) {
		const high = Math.min(BAND, top + height - row);
		const lines = inGrid(down, row, row + high);
		const spans = parts.map(() => [left + width, left]);
		for (let place = first; place < last; place++) {
			const [least, most] = reach(grid, place, lines);
			const [start, end] = [toPixel(place - slack), toPixel(place + 1 + slack)];
			for (let k = Math.max(0, Math.floor(least - MARGIN)); k <= Math.min(lights - 1, Math.ceil(most + MARGIN)); k++) {
				spans[k] = [Math.min(spans[k][0], start), end];
			}
		}
		spans.forEach(([start, end], k) => { if (end > start) parts[k].push([start, row, end - start, high]); });
	}
	return parts;
}

// The least and the most that is chosen between a column of the grid and the next, on some of its lines.
/** @type {(grid: Grid, column: number, lines: number[]) => number[]} */
function reach({ columns, rows, chosen }, column, lines) {
	const within = (at, count) => Math.min(count - 1, Math.max(0, at));
	const [top, bottom] = lines.map(line => within(line, rows));
	let [least, most] = [Infinity, -Infinity];
	for (let line = top; line <= bottom; line++) {
		for (const next of [column, column + 1]) {
			const light = chosen[line * columns + within(next, columns)];
			least = Math.min(least, light);
			most = Math.max(most, light);
		}
	}
	return [least, most];
}
