// Unsharp masking of luminance (shaders/sharpen.glsl.jinja; renderer/gpu/sharpen.py has the formula): of what is drawn on
// the canvas, and of rows of the whole picture. Loaded when its mode is first asked for.

import { render } from '../shaders/template.js';
import { shaderText } from '../shaders/texts.js';
import { createProgram, createTarget } from './gl.js';

const DEVIATIONS = 3;  // that the Gaussian reaches
const LARGEST = 64;  // canvas pixels, of the deviation
const STEPS = 20;  // to a pixel, that deviations are rounded to: each has a shader
const LUMINANCE = [0.2126, 0.7152, 0.0722];

export const reachOf = deviation => Math.ceil(DEVIATIONS * deviation);

// From its middle on.
const gaussian = deviation => Array.from({ length: reachOf(deviation) + 1 }, (_, i) => Math.exp(-0.5 * (i / deviation) ** 2));

export class SharpenPass {
	/** @type {ReturnType<typeof createTarget>[]} */
	targets = [];
	/** @type {ReturnType<typeof createProgram>[]} */
	#programs = [];
	#deviation = 0;  // that they are for

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {Memory} memory
	 */
	constructor(gl, memory) {
		this.gl = gl;
		this.memory = memory;
	}

	// Where the picture is to be drawn, as large as the canvas.
	get target() {
		return this.#targets()[0].framebuffer;
	}

	/**
	 * What was drawn there onto a target, or a part [x, width] of it.
	 *
	 * @param {{ radius: number, amount: number }} look
	 * @param {number} zoom  canvas pixels per image pixel
	 * @param {{ part: number[], target: WebGLFramebuffer | null }} where
	 */
	draw({ radius, amount }, zoom, { part, target }) {
		const { gl } = this;
		const [picture, rows] = this.#targets();
		this.#prepare(Math.min(LARGEST, Math.max(1, Math.round(STEPS * radius * zoom)) / STEPS));
		const [first, second] = this.#programs;
		gl.viewport(0, 0, picture.width, picture.height);
		gl.activeTexture(gl.TEXTURE0);
		gl.bindTexture(gl.TEXTURE_2D, picture.texture);
		gl.useProgram(first.program);
		this.#pass(rows.framebuffer, null);
		gl.useProgram(second.program);
		gl.uniform1f(second.at('amount'), amount);
		gl.uniform1i(second.at('rows'), 1);
		gl.enable(gl.SCISSOR_TEST);
		gl.scissor(part[0], 0, part[1], picture.height);
		this.#pass(target, rows.texture);
		gl.disable(gl.SCISSOR_TEST);
	}

	#prepare(deviation) {
		const { gl } = this;
		if (this.#deviation === deviation) return;
		this.#programs.forEach(({ program }) => gl.deleteProgram(program));
		const weights = gaussian(deviation);
		const all = 2 * weights.reduce((sum, weight) => sum + weight) - weights[0];
		const shares = weights.map(weight => (weight / all).toExponential(8));
		const names = { shares, middle: shares[0], taps: [...shares.keys()].slice(1) };
		this.#programs = [true, false].map(
			first => createProgram(gl, render(shaderText('sharpen.glsl.jinja'), { ...names, first })));
		this.#deviation = deviation;
	}

	#pass(target, rows) {
		const { gl } = this;
		gl.bindFramebuffer(gl.FRAMEBUFFER, target);
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, rows);
		gl.activeTexture(gl.TEXTURE0);
		gl.drawArrays(gl.TRIANGLES, 0, 3);
	}

	#targets() {
		const { gl, memory, targets, gl: { canvas: { width, height } } } = this;
		if (targets[0]?.width !== width || targets[0].height !== height) {
			targets.forEach(target => {
				memory.give(target);
				target.dispose();
			});
			this.targets = [0, 1].map(() => createTarget(gl, gl.RGBA8, width, height));
			this.targets.forEach(target => memory.take(target, 4 * width * height));
		}
		return this.targets;
	}
}

/**
 * Of rows of pixels, RGBA with alpha for how much is of the object, those from `first` on, `count` of them.
 *
 * @param {Uint8Array | Float32Array} pixels
 * @param {number} width
 * @param {{ radius: number, amount: number }} look
 * @param {number} first
 * @param {number} count
 */
export function sharpenRows(pixels, width, { radius, amount }, first, count) {
	const height = pixels.length / 4 / width;
	const white = pixels instanceof Uint8Array ? 255 : 1;
	const light = new Float64Array(width * height);
	const on = new Float64Array(width * height);
	for (let i = 0; i < light.length; i++) {
		on[i] = pixels[4 * i + 3] / white;
		light[i] = LUMINANCE.reduce((sum, share, c) => sum + share * pixels[4 * i + c], 0);
	}
	const weighted = light.map((at, i) => at * on[i]);
	const [sums, weights] = [weighted, on].map(plane => blurred(plane, width, height, radius));
	const sharp = pixels.slice(4 * width * first, 4 * width * (first + count));
	for (let i = 0; i < width * count; i++) {
		const at = i + width * first;
		const more = weights[at] > 0 ? on[at] * amount * (light[at] - sums[at] / weights[at]) : 0;
		for (let c = 0; c < 3; c++) {
			const made = pixels[4 * at + c] + more;
			sharp[4 * i + c] = white === 255 ? Math.min(255, Math.max(0, Math.round(made))) : made;
		}
	}
	return sharp;
}

function blurred(plane, width, height, deviation) {
	const reach = reachOf(deviation);
	const shares = gaussian(deviation);
	const along = (from, step, length, lines, across) => {
		const to = new Float64Array(from.length);
		for (let line = 0; line < lines; line++) {
			for (let i = 0; i < length; i++) {
				let sum = 0;
				for (let j = Math.max(0, i - reach); j <= Math.min(length - 1, i + reach); j++) {
					sum += shares[Math.abs(j - i)] * from[line * across + j * step];
				}
				to[line * across + i * step] = sum;
			}
		}
		return to;
	};
	return along(along(plane, 1, width, height, width), width, height, width, 1);
}
