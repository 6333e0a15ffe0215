// Small pictures of images, relit without WebGL: for the chooser and the navigator.

import { decodePicture, loadPictures, openTiles } from '../renderer/image/relightable.js';
import { relight } from './relight.js';

const FAR = 2 ** 21;  // pixels of a flat image that are still worth fetching from another machine
const NEAR = ['localhost', '127.0.0.1', '[::1]'];

/** @typedef {{ decoder: any, width: number, height: number, levels: Uint8ClampedArray[], mask?: Uint8ClampedArray }} Preview */

/**
 * An image's latents, at most `side` pixels long; null where they are too much to fetch.
 *
 * @param {any} info
 * @param {number} side
 * @param {AbortSignal} signal
 * @returns {Promise<Preview | null>}
 */
export async function loadPreview(info, side, signal) {
	const pictures = await (info.tiled ? smallTile(info, side, signal) : wholePictures(info));
	if (!pictures) return null;
	const longest = Math.max(info.width, info.height);
	const [width, height] = [info.width, info.height].map(length => Math.max(1, Math.round(length * Math.min(1, side / longest))));
	const context = canvasOf(width, height).context;
	const levels = [];
	for (const open of pictures) {
		const bitmap = await open();
		context.drawImage(bitmap, 0, 0, width, height);
		bitmap.close();
		levels.push(context.getImageData(0, 0, width, height).data);
		signal.throwIfAborted();
	}
	const { decoder, planes: { length } } = info;
	return { decoder, width, height, levels: levels.slice(0, length), mask: levels[length] };
}

/** @type {(preview: Preview, light: number[], camera: number[]) => Promise<HTMLCanvasElement>} */
export async function paintPreview({ decoder, width, height, levels, mask }, light, camera) {
	const { canvas, context } = canvasOf(width, height);
	const rgba = await relight(decoder, decoder.conditionsOf(light, camera), levels, mask);
	context.putImageData(new ImageData(rgba, width, height), 0, 0);
	return canvas;
}

function canvasOf(width, height) {
	const canvas = Object.assign(document.createElement('canvas'), { width, height, ariaHidden: 'true' });
	const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
	return { canvas, context };
}

// Of the smallest level that will do.
async function smallTile(info, side, signal) {
	const { pyramid, load } = await openTiles(info);
	let level = pyramid.overview;
	while (level + 1 < pyramid.levels && Math.max(...pyramid.size(level + 1)) >= side) level++;
	const bitmaps = await load(pyramid.tile(level, 0, 0), signal);
	return bitmaps.map(bitmap => () => bitmap);
}

// Where they are near or small.
async function wholePictures(info) {
	const { url, width, height } = info;
	const near = url.startsWith('dropped:') || NEAR.includes(new URL(url, document.baseURI).hostname);
	if (!near && width * height > FAR) return null;
	const blobs = await loadPictures(info);
	return blobs.map(blob => () => decodePicture(info, blob, info));
}
