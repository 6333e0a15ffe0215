// A region of an image as what was drawn: strokes, in image pixels, of which each adds pixels or takes some
// away. A pixel is in the region where they cover at least half of it.

export const COLOUR = '#f0cd8c';  // --accent of style.css
const STRIP = 2 ** 22;  // pixels that are painted at a time
const FULL_COUNT = 2 ** 22;  // pixels of an image whose region is counted exactly
const HALF = 128;

/**
 * @typedef {object} Stroke
 * @property {'rectangle' | 'lasso' | 'brush' | 'pixels'} kind
 * @property {number[][]} points  of a rectangle two corners, else the way that the pointer went
 * @property {number} [radius]  of the brush
 * @property {boolean} [erases]
 * @property {OffscreenCanvas} [picture]  of 'pixels': the whole image, opaque where they are
 * @property {number} [side]  image pixels that each of the picture's covers, across and down
 */

/**
 * Paints strokes, the first first, in a context whose transform is from image pixels.
 *
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {Stroke[]} strokes
 */
export function paint(context, strokes) {
	Object.assign(context, { lineCap: 'round', lineJoin: 'round', imageSmoothingEnabled: false });
	for (const { kind, points, radius = 0, erases, picture, side = 1 } of strokes) {
		context.globalCompositeOperation = erases ? 'destination-out' : 'source-over';
		if (picture) context.drawImage(picture, 0, 0, side * picture.width, side * picture.height);
		else if (kind === 'rectangle') context.fillRect(...rectangle(points));
		else {
			const [[x, y]] = points;
			context.lineWidth = 2 * radius;
			context.beginPath();
			context.moveTo(x, y);
			[[x + 1e-3, y], ...points.slice(1)].forEach(([x, y]) => context.lineTo(x, y));  // one alone has no length
			if (kind === 'lasso') context.fill();
			else context.stroke();
		}
	}
	context.globalCompositeOperation = 'source-over';
}

// Leaves every n-th pixel of every n-th row of what was painted.
/** @type {(context: CanvasRenderingContext2D, step: number, size: number[]) => void} */
export function thinOut(context, step, [width, height]) {
	const cell = blank([step, step]);
	cell.fillRect(0, 0, 1, 1);
	const pattern = /** @type {CanvasPattern} */ (context.createPattern(cell.canvas, 'repeat'));
	Object.assign(context, { globalCompositeOperation: 'destination-in', fillStyle: pattern });
	context.fillRect(0, 0, width, height);
	context.globalCompositeOperation = 'source-over';
}

// Of whole pixels: x, y, width, height.
/** @type {(corners: number[][]) => [number, number, number, number]} */
export function rectangle([[x0, y0], [x1, y1]]) {
	const [left, top] = [Math.floor(Math.min(x0, x1)), Math.floor(Math.min(y0, y1))];
	return [left, top, Math.ceil(Math.max(x0, x1)) - left, Math.ceil(Math.max(y0, y1)) - top];
}

// How many pixels a region has, exactly or of a large image nearly.
/** @type {(strokes: Stroke[], size: number[], step: number) => number} */
export function count(strokes, [width, height], step) {
	const scale = Math.min(1, Math.sqrt(FULL_COUNT / (width * height)));
	let chosen = 0;
	for (const row of rows(strokes, [width, height], { step: scale < 1 ? 1 : step, scale })) chosen += row.xs.length;
	return Math.round(scale < 1 ? chosen / (scale * step) ** 2 : chosen);
}

// To draw pixels in.
/** @param {number[]} size */
export function blank([width, height]) {
	const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height).getContext('2d'));
	context.fillStyle = COLOUR;
	return context;
}

// { y, xs }: the pixels of each row of the image at a scale, a strip painted at a time; every `step`-th of every
// `step`-th row.
/** @type {(strokes: Stroke[], size: number[], how?: { step?: number, scale?: number }) => Generator<{ y: number, xs: number[] }>} */
export function* rows(strokes, size, { step = 1, scale = 1 } = {}) {
	const [width, height] = size.map(length => Math.max(1, Math.round(length * scale)));
	const deep = Math.min(height, Math.max(1, Math.floor(STRIP / width)));
	const canvas = new OffscreenCanvas(width, deep);
	const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
	for (let top = 0; top < height; top += deep) {
		context.resetTransform();
		context.clearRect(0, 0, width, deep);
		context.setTransform(scale, 0, 0, scale, 0, -top);
		paint(context, strokes);
		const { data } = context.getImageData(0, 0, width, deep);
		for (let row = 0; row < Math.min(deep, height - top); row++) {
			const xs = [];
			for (let x = 0; x < width && (top + row) % step === 0; x += step) {
				if (data[4 * (row * width + x) + 3] >= HALF) xs.push(x);
			}
			yield { y: top + row, xs };
		}
	}
}
