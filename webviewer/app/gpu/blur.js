// A Gaussian, on the GPU over what is on the canvas (shaders/blur.glsl.jinja), and over planes of numbers.

import { render } from '../shaders/template.js';
import { shaderText } from '../shaders/texts.js';
import { createProgram, resized } from './gl.js';

const DEVIATIONS = 3;  // that it reaches
const LARGEST = 64;  // canvas pixels, of the deviation
const STEPS = 20;  // to a pixel, that deviations are rounded to: each has a shader

export const reachOf = deviation => Math.ceil(DEVIATIONS * deviation);
export const nearestDeviation = deviation => Math.min(LARGEST, Math.max(1, Math.round(STEPS * deviation)) / STEPS);

// From its middle on.
const gaussian = deviation => Array.from({ length: reachOf(deviation) + 1 }, (_, i) => Math.exp(-0.5 * (i / deviation) ** 2));

export class BlurPass {
	/** @type {ReturnType<typeof import('./gl.js').createTarget>[]} */
	targets = [];
	/** @type {ReturnType<typeof createProgram>[]} */
	#programs = [];
	#deviation = 0;  // that they are for
	/** @type {any[]} */
	#known = [];  // what was smoothed last, where that may be asked for again

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {Memory} memory
	 */
	constructor(gl, memory) {
		this.gl = gl;
		this.memory = memory;
	}

	/**
	 * The sums of a picture as large as the canvas, as a texture. drawn() is called where they are not of the `known`
	 * picture still.
	 *
	 * @param {ReturnType<typeof import('./gl.js').createTarget>} picture
	 * @param {number} deviation  as nearestDeviation() has it
	 * @param {{ known?: any[], drawn: () => void }} what
	 */
	smooth(picture, deviation, { known = [], drawn }) {
		const { gl, memory, targets } = this;
		const [rows, sums] = this.targets = resized(gl, memory, picture, targets, [gl.RGBA16UI, 8]);
		const same = rows === targets[0] && known.length > 0
			&& known.length === this.#known.length && known.every((each, i) => each === this.#known[i]);
		if (same) return sums.texture;
		drawn();
		this.#known = known;
		this.#prepare(deviation);
		gl.viewport(0, 0, picture.width, picture.height);
		[[picture, rows], [rows, sums]].forEach(([from, to], i) => {
			gl.useProgram(this.#programs[i].program);
			gl.bindFramebuffer(gl.FRAMEBUFFER, to.framebuffer);
			gl.activeTexture(gl.TEXTURE0);
			gl.bindTexture(gl.TEXTURE_2D, from.texture);
			gl.drawArrays(gl.TRIANGLES, 0, 3);
		});
		return sums.texture;
	}

	#prepare(deviation) {
		const { gl } = this;
		if (this.#deviation === deviation) return;
		this.#programs.forEach(({ program }) => gl.deleteProgram(program));
		const weights = gaussian(deviation);
		const all = 2 * weights.reduce((sum, weight) => sum + weight) - weights[0];
		const shares = weights.map(weight => (weight / all).toExponential(8));
		const names = { shares, middle: shares[0], taps: [...shares.keys()].slice(1) };
		this.#programs = [true, false].map(first => createProgram(gl, render(shaderText('blur.glsl.jinja'), { ...names, first })));
		this.#deviation = deviation;
	}
}

// The sums of a plane of numbers, rows of `width`; beyond its edges there is nothing.
export function blurred(plane, width, height, deviation) {
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
