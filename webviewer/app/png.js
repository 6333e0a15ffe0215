// Writes an 8-bit RGB PNG row by row; only its compressed bytes are kept.

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const UP = 2;  // filter: difference to the row above
// Of a byte, and of it with one to three more bytes after it, so that four are reckoned at once.
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
	for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ byte >>> 1 : byte >>> 1;
	return byte;
});
const [CRC_TABLE_1, CRC_TABLE_2, CRC_TABLE_3] = [1, 2, 3].map(more => CRC_TABLE.map(crc => {
	for (let i = 0; i < more; i++) crc = CRC_TABLE[crc & 255] ^ crc >>> 8;
	return crc;
}));

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

export function checksum(...parts) {
	let crc = -1;
	for (const part of parts) {
		let i = 0;
		for (; i < part.length - 3; i += 4) {
			crc ^= part[i] | part[i + 1] << 8 | part[i + 2] << 16 | part[i + 3] << 24;
			crc = CRC_TABLE_3[crc & 255] ^ CRC_TABLE_2[crc >>> 8 & 255] ^ CRC_TABLE_1[crc >>> 16 & 255] ^ CRC_TABLE[crc >>> 24];
		}
		for (; i < part.length; i++) crc = CRC_TABLE[(crc ^ part[i]) & 255] ^ crc >>> 8;
	}
	return ~crc;
}

const bigEndian = value => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const encode = text => new TextEncoder().encode(text);
