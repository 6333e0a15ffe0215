// Pictures at full resolution, by rows: what is larger than a screen or a texture fits too.

import { t } from '../words/words.js';
import { readLevels } from './levels.js';
import { PngWriter } from './png.js';

const AT_A_TIME = 6;  // tiles under way

/**
 * Rows y0 to y1 at 1:1, RGBA; with the target 'float' of the raw output.
 *
 * @param {Engine} engine
 * @param {Scene} scene
 * @param {State} state
 * @param {number} y0
 * @param {number} y1
 * @param {{ target?: Target, ground?: boolean }} how  ground: whether it shows where the object is not
 */
async function decodeRows(engine, scene, state, y0, y1, how) {
	const { sharpen, width, height } = scene.info;
	if (!sharpen) return decodePlain(engine, scene, state, y0, y1, how);
	const reach = sharpen.reachOf(state.radius) + 1;
	const [first, end] = [Math.max(0, y0 - reach), Math.min(height, y1 + reach)];
	const pixels = await decodePlain(engine, scene, state, first, end, how);
	const normals = sharpen.isOfNormals(scene.mode) ? await readLast(scene, first, end) : null;
	const light = scene.conditions(state).slice(-2);
	return sharpen.sharpenRows({ pixels, normals, width, light }, scene.look(state), y0 - first, y1 - y0);
}

async function decodePlain({ present }, scene, state, y0, y1, { target = 'unorm', ground = false }) {
	const { width, sharpen } = scene.info;
	const rows = new (target === 'float' ? Float32Array : Uint8Array)(width * (y1 - y0) * 4);
	await eachTile(scene, y0, y1, tile => {
		const pass = scene.decodePass(state, { target });
		pass.setConditions(scene.conditions(state), scene.look(state));
		pass.readRows(tile, y0, y1, width, rows, () => (ground || sharpen) && present.coverGround(tile, undefined, ground));
	});
	return rows;
}

// Rows of the last layer, RGBA.
async function readLast(scene, y0, y1) {
	const { context: { gl }, info: { width } } = scene;
	const rows = new Uint8Array(width * (y1 - y0) * 4);
	await eachTile(scene, y0, y1, tile => {
		const { x, y, width: across, height } = tile.inner;
		const [top, bottom] = [Math.max(y, y0), Math.min(y + height, y1)];
		const { layers: [levels] } = readLevels(gl, tile, [tile.layers - 1], { x, y: top, width: across, height: bottom - top });
		for (let row = top; row < bottom; row++) {
			rows.set(levels.subarray(4 * across * (row - top), 4 * across * (row - top + 1)), 4 * (width * (row - y0) + x));
		}
	});
	return rows;
}

async function eachTile(scene, y0, y1, use) {
	const places = scene.pyramid.tiles(0, { left: 0, top: y0, right: scene.info.width, bottom: y1 });
	await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
		for (let place; (place = places.shift());) await scene.withTile(place, use);
	}));
	if (!scene.isThere) throw new Error(t`The image was closed meanwhile; do it again.`);
}

/**
 * A scene at full resolution, as a PNG.
 *
 * @param {Engine} engine
 * @param {Scene} scene
 * @param {State} state
 * @param {(share: number) => void} progress
 */
export async function takeSnapshot(engine, scene, state, progress) {
	const { light, camera } = state;
	const { info, pyramid, info: { width, height } } = scene;
	const file = new PngWriter(width, height, {
		Software: 'Raking',
		Title: `${info.title}, ${info.label}`,
		Description: [
			`Light from ${place(light)}`,
			...info.decoder.hasViews ? [`seen from ${place(camera)}`] : [],
			described(scene.look(state)),
		].join('; '),
	});
	const step = Math.min(pyramid.tileSize, 1024);
	for (let y = 0; y < height; y += step) {
		const end = Math.min(y + step, height);
		await file.rows(withoutAlpha(await decodeRows(engine, scene, state, y, end, { ground: true })));
		progress(end / height);
	}
	return file.end();
}

/** @param {number[]} direction */
const place = ([x, y]) => `x ${x.toFixed(4)}, y ${y.toFixed(4)}`;
const described = look => Object.entries(look).filter(([, value]) => typeof value !== 'object').map(([key, value]) => `${key} ${value}`).join(', ');

function withoutAlpha(rgba) {
	const rgb = new Uint8Array(rgba.length / 4 * 3);
	for (let from = 0, to = 0; to < rgb.length; from++) {
		if (from % 4 < 3) rgb[to++] = rgba[from];
	}
	return rgb;
}

// Some rows for harnesses, in base64.
export async function readRows(engine, scene, state, y0, y1, target) {
	const { height } = scene.info;
	if (!(y0 >= 0 && y0 < y1 && y1 <= height)) {
		throw new Error(`The rows ${y0} to ${y1} are not all in the image, which has ${height}.`);
	}
	const rows = await decodeRows(engine, scene, state, y0, y1, { target });
	return new Uint8Array(rows.buffer).toBase64();
}
