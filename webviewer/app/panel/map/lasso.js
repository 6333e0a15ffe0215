// The pixels of the picture that lie within an outline of a map, all of them, become a part of a region.

import { everyPixel } from '../../map/pixels.js';
import { Sheet } from '../../map/sheet.js';
import { language, t } from '../../words/words.js';
import { blank } from '../region/strokes.js';

const PIECE = 2 ** 16;  // pixels that are decoded before the page has a turn

/** @typedef {import('../../map/latent_map.js').LatentMap} LatentMap */

export class Lasso {
	#busy = false;

	/**
	 * @param {Viewer} viewer
	 * @param {any} region  the panel that they go to
	 * @param {(sentence: string) => void} say
	 */
	constructor(viewer, region, say) {
		this.viewer = viewer;
		this.region = region;
		this.say = say;
	}

	// One outline at a time.
	/** @type {(map: LatentMap, outline: number[][]) => Promise<void>} */
	async take(map, outline) {
		const { viewer: { scene }, say } = this;
		if (this.#busy || !scene) return;
		this.#busy = true;
		try {
			const { count, stroke } = await pixelsWithin(scene, map, outline, done => {
				const share = Math.round(100 * done);
				say(t`${share} % of the picture was looked through …`);
			});
			if (this.viewer.scene !== scene) return;
			if (count) this.region.drawing.add(stroke);
			const pixels = (count * map.pixels.side ** 2).toLocaleString(language());
			say(count ? t`${pixels} pixels of the picture were added to the region.` : t`No pixel lies in this.`);
		} catch (error) {
			if (scene.isThere) say(error.message);
		} finally {
			this.#busy = false;
		}
	}
}

/**
 * @param {Scene} scene
 * @param {LatentMap} map
 * @param {number[][]} outline
 * @param {(done: number) => void} tell  the share that was looked at
 * @returns {Promise<{ count: number, stroke: import('../region/strokes.js').Stroke }>}
 */
async function pixelsWithin(scene, map, outline, tell) {
	const isWithin = map.within(outline);
	const { side } = map.pixels;
	const context = blank(map.size.map(length => Math.ceil(length / side)));
	const capacity = Math.max(PIECE, Math.ceil(map.size[0] / side));
	const sheet = new Sheet(scene, { count: capacity, texels: new Uint8Array(capacity * map.decoder.latents) });
	let count = 0;
	try {
		await everyPixel(scene, PIECE, async (pixels, done) => {
			sheet.fill(pixels.texels, pixels.count);
			const inside = isWithin(sheet.responses());
			for (let i = 0; i < pixels.count; i++) {
				if (!inside[i]) continue;
				count++;
				context.fillRect(pixels.places[2 * i] / side, pixels.places[2 * i + 1] / side, 1, 1);
			}
			tell(done);
			await new Promise(resume => { setTimeout(resume); });
		});
	} finally {
		sheet.dispose();
	}
	return { count, stroke: { kind: 'pixels', points: [], picture: context.canvas, side } };
}
