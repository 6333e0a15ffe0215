// The levels and tiles of an image. Level 0 is the full size, each further level half of the one before,
// rounded up; the overview is the first that fits one tile. Coordinates are a level's pixels, those of
// areas in sight image pixels.

import { LARGEST_TILE, LONGEST_DESCRIPTION, TILE_FORMATS } from './limits.js';

const SMALLEST = 64;  // pixels: levels go down to this
const DECLARATION = /^<\?xml\s[^?>]*\?>/;  // of an encoding, which is UTF-8 anyway

export class Pyramid {
	constructor(width, height, { tileSize, overlap, levels = 1 + halvings(width, height, SMALLEST) }) {
		this.width = width;
		this.height = height;
		this.tileSize = tileSize;
		this.overlap = overlap;
		this.levels = levels;
		this.overview = Math.min(levels - 1, halvings(width, height, tileSize));
	}

	size(level) {
		return [this.width, this.height].map(length => Math.ceil(length / 2 ** level));
	}

	// All, or those that an area of the image touches.
	tiles(level, { left, top, right, bottom } = { left: 0, top: 0, right: this.width, bottom: this.height }) {
		const side = this.tileSize * 2 ** level;
		const first = at => Math.max(0, Math.floor(at / side));
		const [columns, rows] = [[right, this.width], [bottom, this.height]].map(
			([at, length]) => Math.ceil(Math.min(at, length) / side));
		const found = [];
		for (let row = first(top); row < rows; row++) {
			for (let column = first(left); column < columns; column++) found.push(this.tile(level, column, row));
		}
		return found;
	}

	// It shows the pixels of `inner` and holds those of `outer`.
	tile(level, column, row) {
		const [width, height] = this.size(level);
		const [x, y] = [column * this.tileSize, row * this.tileSize];
		const [right, bottom] = [Math.min(x + this.tileSize, width), Math.min(y + this.tileSize, height)];
		return {
			key: `${level}/${column}_${row}`,
			level, column, row,
			limit: [this.width, this.height],
			inner: rectangle(x, y, right, bottom),
			outer: rectangle(Math.max(x - this.overlap, 0), Math.max(y - this.overlap, 0),
				Math.min(right + this.overlap, width), Math.min(bottom + this.overlap, height)),
		};
	}

	parent({ level, column, row }) {
		return level + 1 < this.levels ? this.tile(level + 1, column >> 1, row >> 1) : null;
	}

	children({ level, inner: { x, y, width, height } }) {
		const side = 2 ** level;
		return level === 0 ? [] : this.tiles(level - 1,
			{ left: x * side, top: y * side, right: (x + width) * side, bottom: (y + height) * side });
	}
}

export function parseDeepZoom(text, file) {
	const plain = text.length <= LONGEST_DESCRIPTION && !/<!(?!--)|}/.test(text);  // no entities, as in Python
	const xml = new DOMParser().parseFromString(plain ? text.replace(DECLARATION, '') : '', 'application/xml');
	const image = xml.querySelector('parsererror') ? null : xml.documentElement;
	const size = [...image?.children ?? []].find(({ localName }) => localName === 'Size');
	const read = (element, ...names) => names.map(name => {
		const digits = element?.getAttribute(name);
		return /^[0-9]{1,7}$/.test(digits) ? Number(digits) : NaN;
	});
	const [overlap, tileSize] = read(image, 'Overlap', 'TileSize');
	const [width, height] = read(size, 'Width', 'Height');
	const format = image?.getAttribute('Format')?.toLowerCase();
	if (TILE_FORMATS.includes(format ?? '') && overlap < tileSize && tileSize <= LARGEST_TILE && width * height > 0) {
		return { format, overlap, tileSize, width, height };
	}
	throw new Error(`${file} does not describe a Deep Zoom image; write the image again.`);
}

// How often an image is halved until it is no longer than `length`.
export const halvings = (width, height, length) => Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / length)));
const rectangle = (x, y, right, bottom) => ({ x, y, width: right - x, height: bottom - y });
