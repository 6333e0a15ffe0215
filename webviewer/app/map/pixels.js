// Pixels of an image that are laid out as a map: where they are, and their latents, as levels of 0 to 255.

import { readLevels } from '../gpu/levels.js';
import { layerCount, placeOf } from '../shaders/layers.js';
import { t } from '../words/words.js';
import { seeded } from './random.js';

export const MOST = 20000;
const MOST_READ = 2 ** 21;  // pixels of the level that they are taken from
const MOST_STRIP = 2 ** 20;  // pixels that are read at a time
const HALF = 128;  // of a mask

/**
 * @typedef {object} Pixels
 * @property {number} count
 * @property {Int32Array} places  x and y of each, image pixels
 * @property {Uint8Array} texels  the levels of its latents
 * @property {number} side  image pixels that it covers, across and down
 */

/**
 * Pixels of the object at random, all where they are few; of a level of at most `mostRead`.
 *
 * @param {Scene} scene
 * @returns {Promise<Pixels>}
 */
export async function choosePixels(scene, mostRead = MOST_READ) {
	const level = levelOf(scene, mostRead);
	const { latents } = scene.info.decoder;
	const [places, texels] = [new Int32Array(2 * MOST), new Uint8Array(latents * MOST)];
	const random = seeded(0);
	let seen = 0;
	await visit(scene, level, ({ x, y, width, height }, texel, mask) => {
		for (let i = 0; i < width * height; i++) {
			if (mask && mask[4 * i] < HALF) continue;
			const index = seen++ < MOST ? seen - 1 : Math.floor(random() * seen);  // Vitter 1985, algorithm R
			if (index >= MOST) continue;
			places.set([(x + i % width) * 2 ** level, (y + Math.floor(i / width)) * 2 ** level], 2 * index);
			texels.set(texel(i), index * latents);
		}
	});
	const count = Math.min(seen, MOST);
	return { count, places: places.slice(0, 2 * count), texels: texels.slice(0, latents * count), side: 2 ** level };
}

/**
 * The pixels at places of the image.
 *
 * @param {Scene} scene
 * @param {Int32Array} places
 * @returns {Promise<Pixels>}
 */
export async function pixelsAt(scene, places) {
	const level = levelOf(scene, MOST_READ);
	const { latents } = scene.info.decoder;
	const count = places.length / 2;
	const texels = new Uint8Array(latents * count);
	await visit(scene, level, ({ x, y, width, height }, texel) => {
		for (let index = 0; index < count; index++) {
			const [dx, dy] = [(places[2 * index] >> level) - x, (places[2 * index + 1] >> level) - y];
			if (dx < 0 || dy < 0 || dx >= width || dy >= height) continue;
			texels.set(texel(dy * width + dx), index * latents);
		}
	});
	return { count, places, texels, side: 2 ** level };
}

/**
 * The latents of the pixel at a place, from the finest tile that is there; null off the object.
 *
 * @param {Scene} scene
 * @param {number[]} place  image pixels
 */
export function texelAt(scene, [x, y]) {
	const { pyramid, tiles, size: [width, height] } = scene;
	if (x < 0 || y < 0 || x >= width || y >= height) return null;
	for (let level = 0; level < pyramid.levels; level++) {
		const [place] = pyramid.tiles(level, { left: x, top: y, right: x + 0.01, bottom: y + 0.01 });
		const tile = tiles.get(place?.key);
		if (!tile) continue;
		const { texel, mask } = readTile(scene, tile, { x: x >> level, y: y >> level, width: 1, height: 1 });
		return mask && mask[0] < HALF ? null : texel(0);
	}
	return null;
}

// The finest level that is not too large to be read.
/** @type {(scene: Scene, most: number) => number} */
function levelOf({ pyramid }, most) {
	let level = 0;
	while (level < pyramid.levels - 1 && pyramid.size(level).reduce((a, b) => a * b) > most) level++;
	return level;
}

/**
 * All pixels of the level that a map's are chosen from, piece by piece: take(piece, done), with the share that is done.
 *
 * @param {Scene} scene
 * @param {number} most  pixels of a piece
 * @param {(piece: Pixels, done: number) => unknown} take
 */
export async function everyPixel(scene, most, take) {
	const level = levelOf(scene, MOST_READ);
	const { latents } = scene.info.decoder;
	const [across, down] = scene.pyramid.size(level);
	let visited = 0;
	await visit(scene, level, async ({ x, y, width, height }, texel, mask) => {
		const [places, texels] = [new Int32Array(2 * width * height), new Uint8Array(latents * width * height)];
		let count = 0;
		for (let i = 0; i < width * height; i++) {
			if (mask && mask[4 * i] < HALF) continue;
			places.set([(x + i % width) * 2 ** level, (y + Math.floor(i / width)) * 2 ** level], 2 * count);
			texels.set(texel(i), latents * count++);
		}
		visited += width * height;
		await take({ count, places, texels, side: 2 ** level }, visited / (across * down));
	}, most);
}

// take(area in pixels of the level, texel(i) as levels, levels of the mask), strip by strip of at most so many pixels.
/** @param {Scene} scene */
async function visit(scene, level, take, most = MOST_STRIP) {
	for (const place of scene.pyramid.tiles(level)) {
		const areas = strips(place.inner, Math.max(1, Math.floor(most / place.inner.width)));
		const read = tile => areas.map(area => () => readTile(scene, tile, area));
		// A tile that is brought for this alone goes again, and others may while there is a pause.
		const readings = scene.comesInTiles
			? (await scene.withTile(place, tile => read(tile).map(reading => reading()))).map(levels => () => levels)
			: read(scene.tiles.get(place.key));
		for (const [i, area] of areas.entries()) {
			if (!scene.isThere) throw new Error(t`The image was closed meanwhile; do it again.`);
			const { texel, mask } = readings[i]();
			await take(area, texel, mask);
		}
	}
}

function strips({ x, y, width, height }, rows) {
	return Array.from({ length: Math.ceil(height / rows) }, (_, i) => (
		{ x, y: y + i * rows, width, height: Math.min(rows, height - i * rows) }));
}

/** @type {(scene: Scene, tile: Tile, area: { x: number, y: number, width: number, height: number }) => { texel: (i: number) => number[], mask: Uint8Array | null }} */
function readTile({ context: { gl }, info: { latents } }, tile, area) {
	const places = Array.from({ length: latents }, (_, k) => placeOf(k));
	const { layers, mask } = readLevels(gl, tile, [...Array(layerCount(latents / 3)).keys()], area);
	return { mask, texel: i => places.map(([layer, channel]) => layers[layer][4 * i + channel]) };
}
