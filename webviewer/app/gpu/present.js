// Relit tiles onto the canvas, under pan, zoom and rotation; and the map of how far two images are apart.

import { render } from '../shaders/template.js';
import { shaderText } from '../shaders/texts.js';
import { compose, scaling } from '../state/transform.js';
import { createProgram, resized } from './gl.js';

// Magnified this much, pixels are being inspected: they are shown as they are.
const INSPECTING = 8;

export class PresentPass {
	/** @type {ReturnType<typeof import('./gl.js').createTarget>[]} */
	pictures = [];
	/** @type {ReturnType<typeof createProgram> | undefined} */
	difference;
	/** @type {Record<string, ReturnType<typeof createProgram>>} */
	#shaders = {};
	/** @type {import('./sharpen.js').SharpenPass | undefined} */
	sharpen;

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {Memory} memory
	 * @param {number[]} ground  its colour, 0..1
	 */
	constructor(gl, memory, ground) {
		this.gl = gl;
		this.memory = memory;
		this.ground = ground;
	}

	/** @param {WebGLFramebuffer | null} target  null for the canvas */
	clear(target = null, alpha = 1) {
		const { gl } = this;
		this.#bindTarget(target);
		const [red, green, blue] = this.ground;
		gl.clearColor(red, green, blue, alpha);
		gl.clear(gl.COLOR_BUFFER_BIT);
	}

	// Draws what is to be seen of one or two pictures, { tiles, transform }. smooth: whether a shrunk one is
	// worth four samples.
	compose(pictures, state, smooth) {
		const { compare, split, gain, flipped, upright } = state;
		const [first, second] = pictures;
		/** @type {(picture: any, where?: { part?: number[], target?: WebGLFramebuffer | null }) => void} */
		const draw = (picture, { part = [0, this.gl.canvas.width], target = null } = {}) => {
			const { tiles, transform, scene: { info: { sharpen } } } = picture;
			const view = { transform, upright };
			if (!sharpen) return this.draw(tiles, view, { smooth, part, target });
			const pass = this.sharpen ??= new sharpen.SharpenPass(this.gl, this.memory);
			pass.draw(picture, state, { part, target }, (target, pictureOf) => {
				this.clear(target, 0);
				this.draw(tiles, view, { smooth, target, pictureOf });
			});
		};
		if (second && compare === 'difference') {
			this.pictures = resized(this.gl, this.memory, this.gl.canvas, this.pictures);
			this.pictures.forEach(({ framebuffer: target }, i) => {
				this.clear(target);
				draw(pictures[i], { target });
			});
			this.drawDifference(gain);
			return;
		}
		this.clear();
		if (second && compare === 'split') {
			const { width } = this.gl.canvas;
			const middle = Math.round(split * width);
			draw(first, { part: [0, middle] });
			draw(second, { part: [middle, width - middle] });
		} else {
			draw(second && flipped ? second : first);
		}
	}

	// view: the transform from image to canvas pixels, and whether it is upright; part: [x, width] of the canvas; target: a framebuffer
	// instead; pictureOf: what is drawn of a tile, the relit picture or another of its size.
	/**
	 * @param {Tile[]} tiles
	 * @param {{ transform: Transform, upright: boolean }} view
	 * @param {{ smooth: boolean, part?: number[], target?: WebGLFramebuffer | null, pictureOf?: (tile: Tile) => any }} how
	 */
	draw(tiles, view, { smooth, part = [0, this.gl.canvas.width], target = null, pictureOf = tile => tile.relit }) {
		const { gl } = this;
		gl.enable(gl.SCISSOR_TEST);
		gl.scissor(part[0], 0, part[1], gl.canvas.height);
		const pictures = tiles.map(pictureOf);
		this.#bindTarget(target);
		tiles.forEach((tile, i) => pictures[i] && this.#drawTile(tile, pictures[i].texture, view, smooth));
		gl.disable(gl.SCISSOR_TEST);
	}

	/**
	 * Lays the ground over what is not of the object, on what was decoded straight onto the canvas.
	 *
	 * @param {Tile} tile
	 * @param {Transform} [transform]  without it the tile is bound as the target, pixel for pixel
	 * @param {boolean} [seen]  or else alpha alone tells what is of the object
	 */
	coverGround(tile, transform, seen = true) {
		if (!tile.mask) return;
		const { gl } = this;
		gl.enable(gl.BLEND);
		gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE_MINUS_SRC_ALPHA);
		gl.colorMask(seen, seen, seen, true);
		this.#place(tile, null, transform, 'only_ground');  // the relit picture may be the target
		gl.disable(gl.BLEND);
		gl.colorMask(true, true, true, true);
	}

	drawDifference(gain) {
		const { gl } = this;
		const { program, at } = this.difference ??= createProgram(gl, shaderText('difference.glsl'));
		this.#bindTarget(null);
		gl.useProgram(program);
		gl.uniform1i(at('second'), 1);
		gl.uniform1f(at('gain'), gain);
		this.#bind(...this.pictures.map(({ texture }) => texture));
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}

	/** @param {Tile} tile */
	#drawTile(tile, texture, { transform, upright }, smooth) {
		const { gl } = this;
		const { outer, level } = tile;
		const lit = texture === tile.relit?.texture;
		const { decoded, scale } = lit ? tile : { decoded: [outer.width, outer.height], scale: 1 };
		const zoom = Math.min(Math.hypot(transform[0], transform[1]), Math.hypot(transform[2], transform[3]));
		if (zoom < 1 && lit) tile.shrinkSmoothly();
		gl.bindTexture(gl.TEXTURE_2D, texture);
		const mipmapped = lit && tile.smooth;
		gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, mipmapped ? gl.LINEAR_MIPMAP_LINEAR : gl.LINEAR);
		const magnified = zoom * 2 ** level;
		const exact = scale === 1 && upright && (magnified === 1 || magnified >= INSPECTING);
		const shrunk = smooth && !mipmapped && magnified * outer.width / decoded[0] < 0.9;
		this.#place(tile, texture, transform, exact ? 'exact' : shrunk ? 'shrunk' : 'smoothed', decoded);
	}

	/**
	 * @param {Tile} tile
	 * @param {WebGLTexture | null} texture
	 * @param {Transform | undefined} transform
	 * @param {'only_ground' | 'exact' | 'shrunk' | 'smoothed'} how  it is seen
	 * @param {number[]} decoded
	 */
	#place(tile, texture, transform, how, decoded = [1, 1]) {
		const { gl, gl: { canvas: { width, height } } } = this;
		const { program, at } = this.#shader(how, Boolean(tile.mask));
		gl.useProgram(program);
		const { mask, outer, shown: { left, top, right, bottom } } = tile;
		let [toPixel, place] = [scaling(1), [2, 0, 0, 2, -1, -1]];
		if (transform) {
			const square = [right - left, 0, 0, bottom - top, left, top];
			toPixel = compose(tile.toTile(transform), [1, 0, 0, -1, 0, height]);  // a fragment's y goes up
			place = compose([2 / width, 0, 0, -2 / height, -1, 1], compose(transform, square));
		}
		this.#bind(texture, mask);
		gl.uniform2f(at('size'), outer.width, outer.height);
		gl.uniform2fv(at('decoded'), decoded);
		gl.uniformMatrix3x2fv(at('to_pixel'), false, toPixel);
		gl.uniformMatrix3x2fv(at('place'), false, place);
		gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
	}

	// A software renderer goes both ways at a fork, so that each way has a shader.
	#shader(how, masked) {
		const { gl, ground } = this;
		const known = this.#shaders[`${how} ${masked}`];
		if (known) return known;
		const ways = Object.fromEntries(['only_ground', 'exact', 'shrunk', 'smoothed'].map(way => [way, way === how]));
		const text = render(shaderText('present.glsl.jinja'), { ...ways, sampled: ways.shrunk || ways.smoothed, masked });
		const shader = this.#shaders[`${how} ${masked}`] = createProgram(gl, text, shaderText('place.glsl'));
		gl.useProgram(shader.program);
		gl.uniform1i(shader.at('mask'), 1);
		gl.uniform3fv(shader.at('ground_colour'), ground);
		return shader;
	}

	#bindTarget(target) {
		const { gl, gl: { canvas } } = this;
		gl.bindFramebuffer(gl.FRAMEBUFFER, target);
		gl.viewport(0, 0, canvas.width, canvas.height);
	}

	#bind(first, second) {
		const { gl } = this;
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, second);
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, first);
	}
}
