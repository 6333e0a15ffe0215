// The CRC of PNG's chunks.

// Of a byte, and of it with one to three more bytes after it, so that four are reckoned at once.
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
	for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ byte >>> 1 : byte >>> 1;
	return byte;
});
const [CRC_TABLE_1, CRC_TABLE_2, CRC_TABLE_3] = [1, 2, 3].map(more => CRC_TABLE.map(crc => {
	for (let i = 0; i < more; i++) crc = CRC_TABLE[crc & 255] ^ crc >>> 8;
	return crc;
}));

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
