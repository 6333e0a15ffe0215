// The modes that look about a pixel (shaders/sharpen.glsl.jinja; renderer/gpu/sharpen.py has the formulas): of what is
// drawn on the canvas. Loaded when the first of them is asked for.

import { directionOf } from '../shaders/decoder.js';
import { render } from '../shaders/template.js';
import { shaderText } from '../shaders/texts.js';
import { BlurPass, nearestDeviation, reachOf } from './blur.js';
import { createProgram, createTarget, resized } from './gl.js';
import { AMBIENT, sharpenRows } from './sharpen_rows.js';

export { reachOf, sharpenRows };

export const isOfNormals = mode => ['unsharp-normals', 'curvature'].includes(mode);

// A tile's last layer, as a picture to be drawn as the relit one is.
/** @param {Tile} tile */
function lastLayer(tile) {
	const { gl, memory, latents, layers, outer: { width, height } } = tile;
	if (tile.last) return tile.last;
	const { texture, dispose } = createTarget(gl, gl.RGBA8, width, height, { filter: gl.LINEAR });
	const framebuffer = gl.createFramebuffer();
	gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
	gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, latents, 0, layers - 1);
	gl.bindTexture(gl.TEXTURE_2D, texture);
	gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
	gl.deleteFramebuffer(framebuffer);
	const last = tile.last = { texture, drop: () => {
		memory.give(last);
		dispose();
		tile.last = null;
	} };
	memory.take(last, 4 * width * height, last.drop);
	return last;
}

export class SharpenPass {
	/** @type {ReturnType<typeof createTarget>[]} */
	targets = [];  // the picture, and the normals
	/** @type {Record<string, ReturnType<typeof createProgram>>} */
	#programs = {};

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {Memory} memory
	 */
	constructor(gl, memory) {
		this.gl = gl;
		this.memory = memory;
		this.blur = new BlurPass(gl, memory);
	}

	/**
	 * Draws a scene's tiles and what is made of them onto a target, or a part [x, width] of it.
	 *
	 * @param {{ scene: Scene, tiles: Tile[], transform: Transform }} picture
	 * @param {State} state
	 * @param {{ part: number[], target: WebGLFramebuffer | null }} where
	 * @param {(target: WebGLFramebuffer, pictureOf?: (tile: Tile) => { texture: WebGLTexture } | null) => void} drawTiles
	 */
	draw({ scene, tiles, transform }, state, { part, target }, drawTiles) {
		const { mode } = scene;
		const { gl, memory } = this;
		const [picture, normals] = this.targets = resized(gl, memory, gl.canvas, this.targets);
		const zoom = Math.hypot(transform[0], transform[1]);
		const deviation = nearestDeviation(state.radius * zoom);
		// Normals do not follow the light: they are smoothed once for all lights.
		const smoothed = isOfNormals(mode)
			? this.blur.smooth(normals, deviation, {
				known: [scene, deviation, ...transform, ...tiles], drawn: () => drawTiles(normals.framebuffer, lastLayer),
			})
			: this.blur.smooth(picture, deviation, { drawn: () => drawTiles(picture.framebuffer) });
		if (mode === 'unsharp-normals') drawTiles(picture.framebuffer);
		const [own, plane] = mode === 'curvature' ? [normals, null] : [picture, normals.texture];
		this.#combine(mode, [own.texture, smoothed, plane], { part, target }, at => {
			const [a, b, c, d] = transform.map(each => each / zoom * deviation / 2);
			gl.uniform1f(at('amount'), state.amount);
			gl.uniform3fv(at('light'), directionOf(scene.conditions(state).slice(-2)));
			gl.uniformMatrix2fv(at('axes'), false, [a, -b, -c, d]);
		});
	}

	#combine(mode, textures, { part, target }, give) {
		const { gl, gl: { canvas: { width, height } } } = this;
		const { program, at } = this.#programs[mode] ??= createProgram(gl, render(shaderText('sharpen.glsl.jinja'), {
			ambient: AMBIENT,
			luminance: mode === 'unsharp', colours: mode === 'unsharp-picture', relit: mode === 'unsharp-normals', curvature: mode === 'curvature',
		}));
		gl.useProgram(program);
		give(at);
		['picture', 'smoothed', 'normals'].forEach((name, unit) => gl.uniform1i(at(name), unit));
		for (const unit of [2, 1, 0]) {
			gl.activeTexture(gl.TEXTURE0 + unit);
			gl.bindTexture(gl.TEXTURE_2D, textures[unit]);
		}
		gl.bindFramebuffer(gl.FRAMEBUFFER, target);
		gl.viewport(0, 0, width, height);
		gl.enable(gl.SCISSOR_TEST);
		gl.scissor(part[0], 0, part[1], height);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
		gl.disable(gl.SCISSOR_TEST);
	}
}
