// The decode pass: latents of a tile, a light and, where there were several, a camera to a relit picture.

import { lookValues, secondConditions } from '../shaders/look.js';
import { bakedShader, bestExponential, bestVaryings } from '../shaders/specialise.js';
import { t } from '../words/words.js';
import { createProgram, createTarget, readRenderer } from './gl.js';

const OTHER_VARYINGS = 2;  // where a fragment is, and which texel

// The weights that do not follow the light are constants of the text.
/** @type {MakeShader} */
export function makeBaked(gl, decoder, target, variant) {
	const { renderer } = readRenderer(gl);
	const varyings = bestVaryings(renderer, gl.getParameter(gl.MAX_VARYING_VECTORS) - OTHER_VARYINGS);
	return {
		grounds: Boolean(variant?.grounded),
		...bakedShader(decoder, { target, exponential: bestExponential(renderer), varyings, variant }),
		begin: () => {},
		setConditions: (_, at, conditions, look) => {
			const valuesOf = own => !variant?.second ? decoder.frameValues(own)
				: [...decoder.frameValues(own), ...decoder.frameValues(secondConditions(look, conditions))];
			gl.uniform4fv(at('frame'), valuesOf(conditions));
			// Its vectors are where there is room for them.
			if (variant) for (const name of ['look', 'look_values']) gl.uniform4fv(at(name), lookValues(look, conditions));
			return look?.fan?.sum(at, look, conditions, valuesOf);
		},
	};
}

export class DecodePass {
	/** @type {DrawSum | null} */
	#sum = null;  // where a picture is one of several

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {Shader} made
	 * @param {Target} target
	 */
	constructor(gl, made, target) {
		const { program, at } = this.shader = createProgram(gl, made.fragment, made.vertex);
		this.gl = gl;
		this.target = target;
		this.made = made;
		this.grounds = made.grounds ?? false;
		gl.useProgram(program);
		made.begin(gl, at);
	}

	// A light's x and y or, of several cameras, those of the view and then the light.
	setConditions(conditions, look) {
		const { gl, shader: { program, at } } = this;
		gl.useProgram(program);
		this.#sum = this.made.setConditions(gl, at, conditions, look) ?? null;
	}

	// Decodes a part of a tile, `scale` pixels to each of its own; returns how many.
	/** @param {Tile} tile */
	decode(tile, scale, part) {
		const { width, height } = tile.outer;
		const [across, down] = [Math.ceil(width * scale), Math.ceil(height * scale)];
		Object.assign(tile, { decoded: [across, down], part, scale, smooth: false });
		const [left, top] = [Math.floor(part.x * across / width), Math.floor(part.y * down / height)];
		const right = Math.ceil((part.x + part.width) * across / width);
		const bottom = Math.ceil((part.y + part.height) * down / height);
		const area = [left, top, right - left, bottom - top];
		this.#draw(tile, tile.target(), tile.decoded, area, [width / across, height / down]);
		return (right - left) * (bottom - top);
	}

	// Decodes an area of the canvas, in its pixels, straight from a tile. toTile: the upright transform
	// from canvas pixels to the tile's; ground: its colour, where this pass leaves it what is not of the object.
	/** @param {Tile} tile */
	show(tile, { left, top, right, bottom }, [across, , , down, x, y], ground) {
		const { gl: { canvas: { width, height } } } = this;
		if (this.grounds) this.#setGround(tile, ground);
		const { outer } = tile;
		const first = [
			firstTexel(Math.floor(x), across, left, right, outer.width),
			firstTexel(Math.ceil(y + height * down) - 1, -down, height - bottom, height - top, outer.height),
		];
		this.#draw(tile, null, [width, height], [left, height - bottom, right - left, bottom - top], [across, -down], first);
	}

	// Adds a tile's share of the rows y0 to y1 of the image at 1:1 to `rows`, of `width` RGBA pixels;
	// finish() may draw over them.
	/** @param {Tile} tile */
	readRows(tile, y0, y1, width, rows, finish) {
		const { gl } = this;
		const { inner, outer } = tile;
		const top = Math.max(y0, inner.y);
		const bottom = Math.min(y1, inner.y + inner.height);
		const float = this.target === 'float';
		if (float && !(gl.getExtension('EXT_color_buffer_float') && (!this.#sum || gl.getExtension('EXT_float_blend')))) {
			throw new Error(t`This graphics driver cannot draw into float textures.`);
		}
		const target = createTarget(gl, float ? gl.RGBA32F : gl.RGBA8, outer.width, outer.height);
		const area = [inner.x - outer.x, top - outer.y, inner.width, bottom - top];
		this.#draw(tile, target.framebuffer, [outer.width, outer.height], area, [1, 1]);
		finish();
		const packing = [[gl.PACK_ROW_LENGTH, width], [gl.PACK_SKIP_PIXELS, inner.x], [gl.PACK_SKIP_ROWS, top - y0]];
		packing.forEach(([key, value]) => gl.pixelStorei(key, value));
		gl.readPixels(area[0], area[1], area[2], area[3], gl.RGBA, float ? gl.FLOAT : gl.UNSIGNED_BYTE, rows);
		packing.forEach(([key]) => gl.pixelStorei(key, 0));
		target.dispose();
	}

	#setGround({ mask }, ground) {
		const { gl, shader: { program, at } } = this;
		gl.useProgram(program);
		gl.uniform1i(at('mask'), 1);
		gl.uniform3fv(at('ground'), ground);
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, mask);
		gl.activeTexture(gl.TEXTURE0);
	}

	dispose() {
		this.gl.deleteProgram(this.shader.program);
	}

	/**
	 * Onto an area of a target, `step` texels to each of its pixels.
	 *
	 * @param {Tile} tile
	 * @param {WebGLFramebuffer | null} framebuffer
	 * @param {number[]} size  of the target
	 * @param {number[]} area  x, y, width, height
	 * @param {number[]} step
	 * @param {number[]} first
	 */
	#draw(tile, framebuffer, [width, height], area, step, first = [0, 0]) {
		const { gl, shader: { program, at } } = this;
		gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
		gl.viewport(0, 0, width, height);
		gl.enable(gl.SCISSOR_TEST);
		gl.scissor(area[0], area[1], area[2], area[3]);
		gl.useProgram(program);
		gl.bindTexture(gl.TEXTURE_2D_ARRAY, tile.latents);
		gl.uniform4fv(at('texels'), [...step, ...first]);
		if (this.#sum) this.#sum(tile, area, step, first);
		else gl.drawArrays(gl.TRIANGLES, 0, 3);
		gl.disable(gl.SCISSOR_TEST);
	}
}

// The texel that fragment 0 reads, moved so that those of fragments `from` to before `to` are all
// among the `length` that there are.
function firstTexel(first, step, from, to, length) {
	const ends = [from + 0.5, to - 0.5].map(fragment => first + Math.trunc(fragment * step));
	return first - Math.max(0, Math.max(...ends) - length + 1) - Math.min(0, ...ends);
}
