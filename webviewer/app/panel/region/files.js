// A region as a file: a table of its pixels, or a mask, as `raking train --region` reads them.

import { PngWriter } from '../../gpu/png.js';
import { t } from '../../words/words.js';
import { blank, rows } from './strokes.js';

const LARGEST = 1e8;  // pixels of an image whose region is loaded
const WHITE = 127.5;  // a mask's levels are above this in the region
const STRIP = 256;  // rows that are read or written at a time

/** @typedef {import('./strokes.js').Stroke} Stroke */

// The heading x,y, and a pixel a line.
/** @type {(strokes: Stroke[], size: number[], step: number) => Blob} */
export function toCsv(strokes, size, step) {
	const parts = ['x,y\n'];
	for (const { y, xs } of rows(strokes, size, { step })) {
		if (xs.length) parts.push(xs.map(x => `${x},${y}\n`).join(''));
	}
	return new Blob(parts, { type: 'text/csv' });
}

// White in the region, else black.
/** @type {(strokes: Stroke[], size: number[], step: number) => Promise<Blob>} */
export async function toMask(strokes, [width, height], step) {
	const file = new PngWriter(width, height, { Software: 'Raking', Title: 'Region of interest' });
	let strip = new Uint8Array(3 * width * STRIP);
	for (const { y, xs } of rows(strokes, [width, height], { step })) {
		const row = y % STRIP;
		for (const x of xs) strip.fill(255, 3 * (row * width + x), 3 * (row * width + x + 1));
		if (row < STRIP - 1 && y < height - 1) continue;
		await file.rows(strip.subarray(0, 3 * width * (row + 1)));
		strip = new Uint8Array(3 * width * STRIP);
	}
	return file.end();
}

// Of either. Fails with a sentence about the file.
/** @type {(file: File, size: number[]) => Promise<Stroke>} */
export async function fromFile(file, size) {
	if (size[0] * size[1] > LARGEST) throw new Error(t`This image is too large for a region from a file to be shown.`);
	return /\.csv$/i.test(file.name) ? fromCsv(await file.text(), size, file.name) : fromMask(file, size);
}

/** @type {(text: string, size: number[], file: string) => Stroke} */
function fromCsv(text, [width, height], file) {
	const [heading, ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
	const columns = heading.split(',').map(name => name.trim().toLowerCase());
	const places = ['x', 'y'].map(name => columns.indexOf(name));
	if (places.includes(-1)) throw new Error(t`${file} has no heading x,y: begin with that line.`);
	const context = blank([width, height]);
	let found = 0;
	lines.forEach((line, index) => {
		if (!line.trim()) return;
		const cells = line.split(',');
		const [x, y] = places.map(place => cells[place]?.trim() ? Number(cells[place]) : NaN);
		const number = index + 2;
		if (!Number.isInteger(x) || !Number.isInteger(y)) {
			throw new Error(t`Line ${number} of ${file} is not two whole numbers x,y: correct it.`);
		}
		if (x < 0 || y < 0 || x >= width || y >= height) {
			throw new Error(t`Line ${number} of ${file} is a pixel outside the picture of ${width} x ${height}: correct it.`);
		}
		context.fillRect(x, y, 1, 1);
		found++;
	});
	if (!found) throw new Error(t`${file} lists no pixels: write a line x,y for each.`);
	return { kind: 'pixels', points: [], picture: context.canvas };
}

/** @type {(file: File, size: number[]) => Promise<Stroke>} */
async function fromMask(file, [width, height]) {
	const { name } = file;
	const mask = await createImageBitmap(file, { colorSpaceConversion: 'none' }).catch(() => {
		throw new Error(t`${name} is neither a CSV with a heading x,y nor a picture: save the mask as PNG.`);
	});
	if (mask.width !== width || mask.height !== height) {
		throw new Error(t`${name} is ${mask.width} x ${mask.height} pixels, where the picture is ${width} x ${height}: save it in that size.`);
	}
	const context = blank([width, height]);
	const levels = new OffscreenCanvas(width, STRIP);
	const strip = /** @type {OffscreenCanvasRenderingContext2D} */ (levels.getContext('2d', { willReadFrequently: true }));
	let found = 0;
	for (let top = 0; top < height; top += STRIP) {
		strip.clearRect(0, 0, width, STRIP);
		strip.drawImage(mask, 0, -top);
		const { data } = strip.getImageData(0, 0, width, STRIP);
		for (let i = 0; i < width * Math.min(STRIP, height - top); i++) {
			const [red, green, blue, alpha] = data.subarray(4 * i, 4 * i + 4);
			if (Math.max(red, green, blue) * alpha / 255 <= WHITE) continue;
			context.fillRect(i % width, top + Math.floor(i / width), 1, 1);
			found++;
		}
	}
	mask.close();
	if (!found) throw new Error(t`${name} holds no white, so no pixel is of the region: paint the region white.`);
	return { kind: 'pixels', points: [], picture: context.canvas };
}
