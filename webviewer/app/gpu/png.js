// Writes an 8-bit RGB PNG row by row; only its compressed bytes are kept.

import { checksum } from '../renderer/image/checksum.js';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const UP = 2;  // filter: difference to the row above

export class PngWriter {
	#rowsLeft;
	#above;  // the last row
	#input;
	#compressed;  // promise of the image's chunks
	#parts;

	// text: { keyword: text }, as the format's Software, Title, Description, Source.
	constructor(width, height, text = {}) {
		this.#rowsLeft = height;
		this.#above = new Uint8Array(3 * width);
		const header = [...bigEndian(width), ...bigEndian(height), 8, 2, 0, 0, 0];  // 8 bits, RGB
		this.#parts = [new Uint8Array(SIGNATURE), ...chunk('IHDR', new Uint8Array(header)),
			...chunk('sRGB', new Uint8Array(1)),
			...Object.entries(text).flatMap(([key, value]) => chunk('iTXt', encode(`${key}\0\0\0\0\0${value}`)))];
		const { readable, writable } = new CompressionStream('deflate');
		this.#input = writable.getWriter();
		this.#compressed = collect(readable.getReader());
		this.#compressed.catch(() => {});
	}

	// Takes whole rows from the top, 3 bytes a pixel.
	async rows(rgb) {
		const stride = this.#above.length;
		const count = rgb.length / stride;
		const filtered = new Uint8Array(rgb.length + count);
		let above = this.#above;
		for (let y = 0, to = 0; y < count; y++) {
			const row = rgb.subarray(y * stride, (y + 1) * stride);
			filtered[to++] = UP;
			for (let i = 0; i < stride; i++) filtered[to++] = row[i] - above[i];
			above = row;
		}
		this.#above = above.slice();
		this.#rowsLeft -= count;
		await this.#input.write(filtered);
	}

	async end() {
		if (this.#rowsLeft) throw new Error(`The picture's rows do not fit its height: ${this.#rowsLeft} left.`);
		await this.#input.close();
		const parts = [...this.#parts, ...await this.#compressed, ...chunk('IEND', new Uint8Array())];
		return new Blob(parts, { type: 'image/png' });
	}
}

async function collect(reader) {
	const chunks = [];
	for (let part; !(part = await reader.read()).done;) chunks.push(...chunk('IDAT', part.value));
	return chunks;
}

function chunk(type, data) {
	const name = encode(type);
	return [bigEndian(data.length), name, data, bigEndian(checksum(name, data))];
}

const bigEndian = value => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const encode = text => new TextEncoder().encode(text);
