// Pictures of planes and masks: PNG, JPEG or WebP, told by their first bytes and reduced to what decides
// the stored levels. What is damaged is refused, as far as a format can tell.

import { checksum } from './checksum.js';

// Stored levels must arrive as they are: no colour management, no alpha.
/** @type {ImageBitmapOptions} */
const AS_STORED = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };
const PNG_COLOURS = { 0: 'grey', 2: 'RGB', 3: 'palette', 4: 'grey with alpha', 6: 'RGB with alpha' };
const JPEG_COLOURS = { 1: 'grey', 3: 'RGB', 4: 'CMYK' };
// Column and row of the first pixel, and the steps to the next.
const ADAM7 = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

// A blob's picture of a size as an ImageBitmap: planes are 8-bit RGB, a mask 8-bit grey (or, in WebP,
// the red of RGB). `refuse` is told what the picture is, and throws.
export async function decodePicture(blob, { width, height }, colour, refuse) {
	const file = new Reader(new Uint8Array(await blob.arrayBuffer()), refuse);
	const [type, reduce] = file.text(0, 8) === '\x89PNG\r\n\x1a\n' ? ['image/png', reducePng]
		: file.text(0, 2) === '\xff\xd8' ? ['image/jpeg', reduceJpeg]
		: file.text(0, 4) + file.text(8, 4) === 'RIFFWEBP' ? ['image/webp', reduceWebp]
		: file.damaged('it is no PNG, JPEG or WebP');
	const { size, parts, rows } = reduce(file, colour);
	const check = (...found) => {
		const needed = `${width} x ${height}`;
		if (found.join(' x ') !== needed) refuse(`${found.join(' x ')} pixels, where ${needed} are needed`);
	};
	check(...size);
	if (rows) await checkRows(file, rows);
	const bitmap = await createImageBitmap(new Blob(parts, { type }), AS_STORED)
		.catch(() => file.damaged('it cannot be decoded'));
	check(bitmap.width, bitmap.height);
	return bitmap;
}

class Reader {
	constructor(bytes, refuse) {
		this.bytes = bytes;
		this.refuse = refuse;
	}

	damaged(problem) {
		return this.refuse(`damaged or cut short (${problem})`);
	}

	part(first, length) {
		if (first + length > this.bytes.length) this.damaged('it is cut short');
		return this.bytes.subarray(first, first + length);
	}

	number(first, length) {
		return this.part(first, length).reduce((sum, byte) => 256 * sum + byte, 0);
	}

	littleNumber(first, length) {
		return this.part(first, length).reduceRight((sum, byte) => 256 * sum + byte, 0);
	}

	text(first, length) {
		return String.fromCharCode(...this.bytes.subarray(first, first + length));
	}

	check(holds, problem) {
		if (!holds) this.damaged(problem);
	}

	checkKind(found = 'unknown', bits, colour) {
		const needed = colour ? 'RGB' : 'grey';
		this.check(found === needed && bits === 8, `it is ${bits}-bit ${found}, where 8-bit ${needed} is needed`);
	}
}

const UNKNOWN = 'it is compressed in an unknown way';

// The header and the pixels; of an animation, the first picture.
function reducePng(file, colour) {
	const chunks = [];
	for (let first = 8, kind; kind !== 'IEND';) {
		const chunk = file.part(first, 12 + file.number(first, 4));
		kind = file.text(first + 4, 4);
		file.check(checksum(chunk.subarray(4, -4)) >>> 0 === file.number(first + chunk.length - 4, 4), 'a checksum does not fit');
		chunks.push({ kind, chunk });
		first += chunk.length;
	}
	const [{ kind, chunk: header }, ...others] = chunks;
	file.check(kind === 'IHDR' && header.length === 25, 'it does not begin with its header');
	file.check(others.every(other => other.kind.charCodeAt(0) & 32 || ['PLTE', 'IDAT', 'IEND'].includes(other.kind)),
		'it holds what is no part of a PNG');
	const [width, height] = [file.number(16, 4), file.number(20, 4)];
	const [bits, colours, compression, filter, interlaced] = header.subarray(16);
	file.checkKind(PNG_COLOURS[colours], bits, colour);
	file.check(!compression && !filter && interlaced < 2, UNKNOWN);
	const pixels = others.filter(other => other.kind === 'IDAT').map(other => other.chunk);
	let length = 0;  // of all rows, each with a byte for its filter
	for (const [x, y, across, down] of interlaced ? ADAM7 : [[0, 0, 1, 1]]) {
		const [columns, rows] = [Math.ceil((width - x) / across), Math.ceil((height - y) / down)];
		if (columns > 0 && rows > 0) length += rows * (1 + columns * (colour ? 3 : 1));
	}
	return {
		size: [width, height],
		parts: [file.part(0, 8), header, ...pixels, others.at(-1).chunk],
		rows: { length, parts: pixels.map(chunk => chunk.subarray(8, -4)) },
	};
}

// Compressed rows are whole, and no more than are expected; the stream's checksum is verified.
async function checkRows(file, { length, parts }) {
	const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
	let found = 0;
	try {
		for (let part; found <= length && !(part = await reader.read()).done;) found += part.value.length;
		reader.cancel();
	} catch {
		found = -1;
	}
	file.check(found === length, 'its rows are not whole');
}

// Tables, frame and scans, and the marks of JFIF and Adobe, which tell YCbCr from RGB.
function reduceJpeg(file, colour) {
	const { bytes } = file;
	const parts = [file.part(0, 2)];
	let [first, scans] = [2, 0];
	/** @type {number[] | null} */
	let size = null;
	for (;;) {
		const [mark, code] = file.part(first, 2);
		file.check(mark === 255, 'its segments do not fit together');
		if (code === 0xd9) break;
		if (code === 255) {  // padding
			first++;
			continue;
		}
		const length = file.number(first + 2, 2);
		let end = first + 2 + length;
		file.part(first, 2 + length);
		const application = code >> 4 === 14 || code === 0xfe;  // or a comment
		if (code >> 2 === 0x30 && code < 0xc3 && !size) {  // baseline, extended, progressive
			file.checkKind(JPEG_COLOURS[file.number(first + 9, 1)], file.number(first + 4, 1), colour);
			size = [file.number(first + 7, 2), file.number(first + 5, 2)];
		} else if (code === 0xda && size) {
			scans++;
			const within = next => next === 0 || next === 255 || next >> 3 === 26;  // stuffing, padding, restarts
			for (end = bytes.indexOf(255, end); end >= 0 && within(bytes[end + 1]);) end = bytes.indexOf(255, end + 1);
			file.check(end >= 0, 'it is cut short');
		} else {
			file.check([0xc4, 0xdb, 0xdd].includes(code) || application, UNKNOWN);
		}
		const jfif = code === 0xe0 && length >= 16 && file.text(first + 4, 5) === 'JFIF\0';
		const adobe = code === 0xee && length >= 14 && file.text(first + 4, 5) === 'Adobe';
		if (!application || jfif || adobe) parts.push(bytes.subarray(first, end));
		first = end;
	}
	file.check(scans, 'it holds no picture');
	return { size, parts: [...parts, Uint8Array.of(255, 0xd9)] };
}

// The one chunk of pixels.
function reduceWebp(file) {
	const end = 8 + file.littleNumber(4, 4);
	file.part(0, end);
	const pictures = [];
	for (let first = 12; first < end;) {
		const kind = file.text(first, 4);
		const length = file.littleNumber(first + 4, 4);
		file.check(first + 8 + length <= end, 'it is cut short');
		file.check(!['ALPH', 'ANIM', 'ANMF'].includes(kind), 'it is transparent or moves');
		if (/VP8[ L]/.test(kind)) pictures.push({ kind, first, length });
		first += 8 + length + length % 2;
	}
	file.check(pictures.length === 1, 'it does not hold one picture');
	const [{ kind, first, length }] = pictures;
	const at = first + 8;
	file.part(at, 10);
	let size;
	if (kind === 'VP8L') {
		const bits = file.littleNumber(at + 1, 4);
		file.check(file.bytes[at] === 0x2f && bits < 2 ** 29, UNKNOWN);
		file.check(bits < 2 ** 28, 'it is 8-bit RGB with alpha, where 8-bit RGB is needed');
		size = [1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff)];
	} else {
		file.check(!(file.bytes[at] & 1) && file.number(at + 3, 3) === 0x9d012a, UNKNOWN);
		size = [at + 6, at + 8].map(place => file.littleNumber(place, 2) & 0x3fff);
	}
	const padding = length % 2;
	const head = new DataView(new ArrayBuffer(12));
	[0x52494646, 0, 0x57454250].forEach((value, i) => head.setUint32(4 * i, value));  // RIFF, WEBP
	head.setUint32(4, 12 + length + padding, true);
	return { size, parts: [head, file.bytes.subarray(first, at + length), new Uint8Array(padding)] };
}
