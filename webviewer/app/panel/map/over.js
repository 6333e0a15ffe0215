// What is drawn over the points of a map: a ring around the one that is meant, the cursor, and a lasso.

const COLOURS = ['#161617', '#f0cd8c'];  // --ground and --accent of style.css
const WIDTHS = [4, 2];  // CSS pixels
const RING = 7;
const CROSS = [4, 14];  // from the cursor's middle

/**
 * Places of the map, on a canvas with so many pixels per CSS pixel.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {import('../../map/sight.js').Sight} sight
 * @param {number} unit
 * @param {{ marked: number[] | null, cursor: number[] | null, lasso: number[][] }} places
 */
export function drawOver(canvas, sight, unit, { marked, cursor, lasso }) {
	const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
	context.clearRect(0, 0, canvas.width, canvas.height);
	context.beginPath();
	if (marked) {
		const [x, y] = sight.toCanvas(marked);
		context.arc(x, y, RING * unit, 0, 2 * Math.PI);
	}
	if (cursor) {
		const [x, y] = sight.toCanvas(cursor);
		for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1]]) {
			const [from, to] = CROSS.map(away => away * unit);
			context.moveTo(x + from * dx, y + from * dy);
			context.lineTo(x + to * dx, y + to * dy);
		}
	}
	lasso.map(place => sight.toCanvas(place)).forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
	COLOURS.forEach((strokeStyle, i) => {
		Object.assign(context, { strokeStyle, lineWidth: WIDTHS[i] * unit });
		context.stroke();
	});
}
