// Chosen pixels as a picture of their own, so that the GPU decodes all of them at once.

import { DecodePass, makeBaked } from '../gpu/decode.js';
import { Tile } from '../gpu/tiles.js';

const LIGHTS = 24;
const REACH = 0.9;  // of the disc of directions: photographs seldom lie closer to the horizon

// Evenly spread over the disc on a sunflower's spiral, the first overhead: those of trainer/mapping/pixels.py.
export const SPREAD_LIGHTS = Array.from({ length: LIGHTS }, (_, i) => {
	const turns = i * Math.PI * (3 - Math.sqrt(5));
	return [Math.cos(turns), Math.sin(turns)].map(at => REACH * Math.sqrt(i / LIGHTS) * at);
});

export class Sheet {
	/**
	 * @param {Scene} scene
	 * @param {Pick<import('./pixels.js').Pixels, 'count' | 'texels'>} pixels
	 */
	constructor({ context: { gl, memory }, info: { decoder } }, { count, texels }) {
		const { latents } = decoder;
		const width = Math.ceil(Math.sqrt(count));
		const outer = { x: 0, y: 0, width, height: Math.ceil(count / width) };
		const place = { level: 0, inner: outer, outer, limit: [outer.width, outer.height] };
		this.gl = gl;
		this.decoder = decoder;
		this.tile = new Tile(gl, memory, place, { planes: Array(latents / 3).fill(''), latents, maskFile: undefined });
		this.pass = new DecodePass(gl, makeBaked(gl, decoder, 'unorm', null), 'unorm');
		this.fill(texels, count);
	}

	// Holds other pixels, no more than there were first.
	fill(texels, count) {
		const { tile, tile: { outer: { width, height } }, decoder: { latents } } = this;
		this.count = count;
		for (let plane = 0; plane < latents / 3; plane++) {
			const levels = new Uint8Array(4 * width * height);
			for (let i = 0; i < count; i++) levels.set(texels.subarray(i * latents + 3 * plane, i * latents + 3 * plane + 3), 4 * i);
			tile.fill(levels, plane);
		}
	}

	get isThere() {
		return this.gl.isTexture(this.tile.latents);
	}

	// RGBA of each pixel under a light, seen from a camera.
	colours(light, camera) {
		const { gl, tile, pass, tile: { outer: { width, height } } } = this;
		pass.setConditions(this.decoder.conditionsOf(light, camera), null);
		pass.decode(tile, 1, tile.whole);
		const shown = new Uint8Array(4 * width * height);
		gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, shown);
		return shown.subarray(0, 4 * this.count);
	}

	// RGB of each pixel under the lights that are spread over the dome, seen from above: pixel by pixel, light by light.
	responses() {
		const responses = new Uint8Array(this.count * 3 * LIGHTS);
		SPREAD_LIGHTS.forEach((light, at) => {
			const shown = this.colours(light, [0, 0]);
			for (let i = 0; i < this.count; i++) {
				responses.set(shown.subarray(4 * i, 4 * i + 3), 3 * (i * LIGHTS + at));
			}
		});
		return responses;
	}

	dispose() {
		this.tile.dispose();
		this.pass.dispose();
	}
}
