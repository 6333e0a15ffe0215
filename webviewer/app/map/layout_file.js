// A layout that `raking map` wrote: map.csv, with the heading tsne_x,tsne_y,image_x,image_y and a pixel a line.

import { language, t } from '../words/words.js';
import { MOST } from './pixels.js';

const COLUMNS = ['tsne_x', 'tsne_y', 'image_x', 'image_y'];

/**
 * Fails with a sentence about the text of `file`.
 *
 * @param {string} text
 * @param {number[]} size  of the image
 * @param {string} file
 */
export function parseLayout(text, [width, height], file) {
	const [heading, ...lines] = text.replace(/^\uFEFF/, '').trimEnd().split(/\r?\n/);
	const names = heading.split(',').map(name => name.trim().toLowerCase());
	const columns = COLUMNS.map(name => names.indexOf(name));
	if (columns.includes(-1)) throw new Error(t`${file} has no heading ${COLUMNS.join()}: load the map.csv that raking map writes.`);
	if (lines.length > MOST) throw new Error(t`${file} lists more than ${MOST.toLocaleString(language())} pixels: make the map with fewer.`);
	const [points, places] = [new Float32Array(2 * lines.length), new Int32Array(2 * lines.length)];
	lines.forEach((line, i) => {
		const cells = line.split(',');
		const [mapX, mapY, x, y] = columns.map(column => cells[column]?.trim() ? Number(cells[column]) : NaN);
		const number = i + 2;
		if (!Number.isFinite(mapX + mapY) || !Number.isInteger(x) || !Number.isInteger(y)) {
			throw new Error(t`Line ${number} of ${file} is not two numbers and two whole ones: make the map again.`);
		}
		if (x < 0 || y < 0 || x >= width || y >= height) {
			throw new Error(t`Line ${number} of ${file} is a pixel outside the picture of ${width} x ${height}: load the map of this image.`);
		}
		points.set([mapX, mapY], 2 * i);
		places.set([x, y], 2 * i);
	});
	return { points, places };
}
