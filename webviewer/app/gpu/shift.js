// Latents of a surface with relief put where a camera sees them, before they are decoded: what renderer/gpu/shift.py
// does. Loaded when the first such image is opened.

import { decodePicture } from '../renderer/image/relightable.js';
import { render } from '../shaders/template.js';
import { shaderText } from '../shaders/texts.js';
import { checkMemory, createProgram, createTarget, createTexture } from './gl.js';

const WORDS = { int: 'int', int2: 'ivec2', count: 'int' };  // of the shaders' bodies

const shader = (file, value, names = {}) => {
	const between = render(shaderText('between.jinja'), { ...WORDS, value });
	return render(shaderText(file), { ...names, between });
};

export class Shift {
	#seen = '';  // the march that the tile is for

	/**
	 * @param {SceneContext} context
	 * @param {any} info
	 * @param {Tile} tile  all of the image
	 */
	static async open(context, info, tile) {
		const bitmap = await decodePicture(info, await info.folder.get(info.reliefFile), info, false);
		const shift = new Shift(context, info.relief, tile, bitmap);
		bitmap.close();
		checkMemory(context.gl);
		shift.turn([0, 0]);
		return shift;
	}

	/**
	 * @param {SceneContext} context
	 * @param {import('../shaders/heights.js').Relief} relief
	 * @param {Tile} tile
	 * @param {ImageBitmap} bitmap  its heights
	 */
	constructor({ gl, memory }, relief, tile, bitmap) {
		const { outer: { width, height }, layers, mask } = tile;
		this.gl = gl;
		this.memory = memory;
		this.relief = relief;
		this.tile = tile;
		// What the tile had until now stays as it is: of the surface.
		this.latents = tile.latents;
		this.mask = mask;
		tile.latents = createTexture(gl, gl.RGBA8, width, height, { layers });
		if (mask) tile.mask = createTexture(gl, gl.R8, width, height, tile.smoothed);
		this.places = createTarget(gl, gl.RG32I, width, height);
		this.heights = createTexture(gl, gl.R8, width, height);
		gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 0);
		gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
		gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
		gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED, gl.UNSIGNED_BYTE, bitmap);
		memory.take(this, width * height * (4 * layers + 9 + (mask ? 2 : 0)), null);
		const seen = render(shaderText('relief.jinja'), WORDS);
		this.find = createProgram(gl, shader('relief.glsl.jinja', 'int', { place_seen: seen }));
		this.shifts = [true, false].map(layers => createProgram(gl, shader('shifted.glsl.jinja', 'ivec4', { layers })));
	}

	/**
	 * To a camera in a direction [x, y].
	 *
	 * @param {number[]} view
	 */
	turn(view) {
		const { gl, relief, tile, places, find } = this;
		const march = relief.march(view);
		if (`${march}` === this.#seen) return;
		this.#seen = `${march}`;
		gl.viewport(0, 0, places.width, places.height);
		gl.bindFramebuffer(gl.FRAMEBUFFER, places.framebuffer);
		gl.useProgram(find.program);
		gl.uniform4iv(find.at('march'), march);
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, this.heights);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
		this.#put();
		tile.last?.drop();
		tile.forget();
	}

	// The layers and the mask, at the places that were found.
	#put() {
		const { gl, tile, tile: { layers, latents, mask }, places, shifts: [ofLayers, ofMask] } = this;
		const framebuffer = gl.createFramebuffer();
		gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, places.texture);
		gl.activeTexture(gl.TEXTURE0);
		gl.useProgram(ofLayers.program);
		gl.uniform1i(ofLayers.at('places'), 1);
		gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.latents);
		for (let layer = 0; layer < layers; layer++) {
			gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, latents, 0, layer);
			gl.uniform1i(ofLayers.at('layer'), layer);
			gl.drawArrays(gl.TRIANGLES, 0, 3);
		}
		if (mask) {
			gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, mask, 0);
			gl.useProgram(ofMask.program);
			gl.uniform1i(ofMask.at('places'), 1);
			gl.bindTexture(gl.TEXTURE_2D, this.mask);
			gl.drawArrays(gl.TRIANGLES, 0, 3);
			gl.bindTexture(gl.TEXTURE_2D, mask);
			if (tile.mipmaps) gl.generateMipmap(gl.TEXTURE_2D);
		}
		gl.deleteFramebuffer(framebuffer);
	}

	dispose() {
		const { gl, memory, latents, mask, heights, places, find, shifts } = this;
		memory.give(this);
		memory.give(latents);
		places.dispose();
		[latents, mask, heights].forEach(texture => gl.deleteTexture(texture));
		[find, ...shifts].forEach(({ program }) => gl.deleteProgram(program));
	}
}
