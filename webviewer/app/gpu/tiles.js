// A tile: it owns its latents, its share of the mask, and the relit picture made from them. Of a surface with relief
// these are what a camera sees, and shift.js has them of the surface.

import { TOGETHER, layersOf, placeOf } from '../shaders/layers.js';
import { compose, invert, scaling, translation } from '../state/transform.js';
import { fillAlphas, fillLayer, fillLevels, fillMask } from './filling.js';
import { createTarget, createTexture } from './gl.js';

export class Tile {
	/** @type {ReturnType<typeof createTarget> | null} */
	relit = null;  // made when first decoded
	/** @type {{ texture: WebGLTexture, drop: () => void } | null} */
	last = null;  // the last layer by itself, where it is drawn (sharpen.js)
	/** @type {string | null} */
	version = null;  // what the relit picture was decoded with
	scale = 0;  // decoded pixels per pixel of the tile, along each axis
	decoded = [0, 0];  // decoded pixels, across and down, of the whole tile
	/** @type {{ x: number, y: number, width: number, height: number } | null} */
	part = null;  // what of it is decoded, in its own pixels
	smooth = false;  // whether the relit picture's mipmaps are up to date

	// place: as Pyramid has it. release: called when its latents must go, null where they stay.
	constructor(gl, memory, place, { planes, latents, maskFile }, { mipmaps = false, release = null } = {}) {
		const { outer: { width, height } } = place;
		this.gl = gl;
		this.memory = memory;
		this.planes = planes;
		this.own = latents / 3;  // of the planes; after them, a mode's picture
		this.layers = layersOf({ latents, planes });
		this.mipmaps = mipmaps;
		this.inner = place.inner;
		this.outer = place.outer;
		this.level = place.level;
		this.limit = place.limit;
		const levels = mipmaps ? 1 + Math.floor(Math.log2(Math.max(width, height))) : 1;
		this.smoothed = { levels, filter: gl.LINEAR };
		this.latents = createTexture(gl, gl.RGBA8, width, height, { layers: this.layers });
		this.mask = maskFile ? createTexture(gl, gl.R8, width, height, this.smoothed) : null;
		this.area = Math.ceil(width * height * (mipmaps ? 4 / 3 : 1));
		memory.take(this.latents, 4 * width * height * this.layers + (maskFile ? this.area : 0), release);
	}

	// Takes its share of a picture, from x, y on: that of the plane `index` or, after the last, of the mask.
	fill(bitmap, index, x = 0, y = 0) {
		const { gl, planes, own, layers, latents, mask, outer: { width, height } } = this;
		const share = { bitmap, x, y, width, height };
		if (index < own && index % TOGETHER === TOGETHER - 1) fillAlphas(gl, latents, 3 * index, share);
		else if (index < own) fillLayer(gl, latents, placeOf(3 * index)[0], share);
		else if (index < planes.length) fillLayer(gl, latents, layers - 1, share);
		else if (this.level) fillLevels(gl, mask, gl.RED, share);
		else {
			fillMask(gl, mask, share);
			gl.bindTexture(gl.TEXTURE_2D, mask);
			if (this.mipmaps) gl.generateMipmap(gl.TEXTURE_2D);
		}
	}

	get whole() {
		return { ...this.outer, x: 0, y: 0 };
	}

	// The part within an area of the image, and around it what smoothing reaches for at `scale`.
	within({ left, top, right, bottom }, scale) {
		const { outer, level } = this;
		const reach = Math.ceil(1 / scale);
		const from = (at, start) => Math.max(0, Math.floor(at / 2 ** level) - reach - start);
		const to = (at, start, length) => Math.min(length, Math.ceil(at / 2 ** level) + reach - start);
		const [x, y] = [from(left, outer.x), from(top, outer.y)];
		return { x, y, width: to(right, outer.x, outer.width) - x, height: to(bottom, outer.y, outer.height) - y };
	}

	covers({ x, y, width, height }) {
		const { part } = this;
		return part !== null && x >= part.x && y >= part.y
			&& x + width <= part.x + part.width && y + height <= part.y + part.height;
	}

	// What it shows, in image pixels: a level's last pixels may reach beyond, but end with the image.
	get shown() {
		const { inner: { x, y, width, height }, level, limit } = this;
		const [left, top, right, bottom] = [x, y, x + width, y + height].map(at => at * 2 ** level);
		return { left, top, right: Math.min(right, limit[0]), bottom: Math.min(bottom, limit[1]) };
	}

	// From canvas pixels to those of its textures.
	toTile(transform) {
		const { outer, level } = this;
		return compose(compose(translation(-outer.x, -outer.y), scaling(2 ** -level)), invert(transform));
	}

	use() {
		this.memory.use(this.latents);
		this.memory.use(this.relit);
		this.memory.use(this.last);
	}

	// Makes the relit picture fit to be shown smaller, where it is decoded whole.
	shrinkSmoothly() {
		if (!this.relit || !this.mipmaps || this.smooth || this.scale !== 1) return;
		this.gl.bindTexture(this.gl.TEXTURE_2D, this.relit.texture);
		this.gl.generateMipmap(this.gl.TEXTURE_2D);
		this.smooth = true;
	}

	// To decode the relit picture into; row 0 is the top of the image.
	target() {
		if (!this.relit) {
			const { gl, memory, smoothed, outer: { width, height } } = this;
			this.relit = createTarget(gl, gl.RGBA8, width, height, smoothed);
			memory.take(this.relit, 4 * this.area, () => this.darken());
		}
		return this.relit.framebuffer;
	}

	forget() {
		Object.assign(this, { version: null, scale: 0, decoded: [0, 0], part: null, smooth: false });
	}

	darken() {
		this.memory.give(this.relit);
		this.relit?.dispose();
		this.relit = null;
		this.forget();
	}

	dispose() {
		const { gl, memory, latents, mask } = this;
		this.darken();
		this.last?.drop();
		memory.give(latents);
		gl.deleteTexture(latents);
		gl.deleteTexture(mask);
	}
}
