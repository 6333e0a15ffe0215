// A tile: it owns its latents, its share of the mask, and the relit picture made from them. Of a surface with relief
// these are what a camera sees, and shift.js has them of the surface.

import { shaderText } from '../shaders/texts.js';
import { compose, invert, scaling, translation } from '../state/transform.js';
import { createProgram, createTarget, createTexture } from './gl.js';

const programs = new WeakMap();  // gl -> that of on_or_off.glsl

export class Tile {
	/** @type {ReturnType<typeof createTarget> | null} */
	relit = null;  // made when first decoded
	/** @type {{ texture: WebGLTexture, drop: () => void } | null} */
	last = null;  // the last plane by itself, where it is drawn (sharpen.js)
	/** @type {string | null} */
	version = null;  // what the relit picture was decoded with
	scale = 0;  // decoded pixels per pixel of the tile, along each axis
	decoded = [0, 0];  // decoded pixels, across and down, of the whole tile
	/** @type {{ x: number, y: number, width: number, height: number } | null} */
	part = null;  // what of it is decoded, in its own pixels
	smooth = false;  // whether the relit picture's mipmaps are up to date

	// place: as Pyramid has it. release: called when its latents must go, null where they stay.
	constructor(gl, memory, place, { planes, maskFile }, { mipmaps = false, release = null } = {}) {
		const { outer: { width, height } } = place;
		this.gl = gl;
		this.memory = memory;
		this.planes = planes;
		this.mipmaps = mipmaps;
		this.inner = place.inner;
		this.outer = place.outer;
		this.level = place.level;
		this.limit = place.limit;
		const levels = mipmaps ? 1 + Math.floor(Math.log2(Math.max(width, height))) : 1;
		this.smoothed = { levels, filter: gl.LINEAR };
		this.latents = createTexture(gl, gl.RGBA8, width, height, { layers: planes.length });
		this.mask = maskFile ? createTexture(gl, gl.R8, width, height, this.smoothed) : null;
		this.area = Math.ceil(width * height * (mipmaps ? 4 / 3 : 1));
		memory.take(this.latents, 4 * width * height * planes.length + (maskFile ? this.area : 0), release);
	}

	// Takes its share of a picture, from x, y on: that of the plane `layer` or, after the last, of the mask.
	fill(bitmap, layer, x = 0, y = 0) {
		const { gl, planes, latents, mask, outer: { width, height } } = this;
		gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
		gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, x);
		gl.pixelStorei(gl.UNPACK_SKIP_ROWS, y);
		if (layer < planes.length) {
			const target = gl.TEXTURE_2D_ARRAY;
			gl.bindTexture(target, latents);
			gl.texSubImage3D(target, 0, 0, 0, layer, width, height, 1, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
			return;
		}
		const levels = this.level ? mask : createTexture(gl, gl.R8, width, height);
		gl.bindTexture(gl.TEXTURE_2D, levels);
		gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED, gl.UNSIGNED_BYTE, bitmap);
		if (levels === mask) return;
		this.#setMask(levels);
		gl.deleteTexture(levels);
		gl.bindTexture(gl.TEXTURE_2D, mask);
		if (this.mipmaps) gl.generateMipmap(gl.TEXTURE_2D);
	}

	#setMask(levels) {
		const { gl, mask, outer: { width, height } } = this;
		if (!gl.isProgram(programs.get(gl) ?? null)) programs.set(gl, createProgram(gl, shaderText('on_or_off.glsl')).program);
		const framebuffer = gl.createFramebuffer();
		gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
		gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, mask, 0);
		gl.useProgram(programs.get(gl));
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, levels);
		gl.viewport(0, 0, width, height);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
		gl.deleteFramebuffer(framebuffer);
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
