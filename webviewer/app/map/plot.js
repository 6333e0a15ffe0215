// Draws the points of a map with WebGL, in a context of its own.

import { render } from '../shaders/template.js';
import { loadTexts, shaderText } from '../shaders/texts.js';
import { createProgram } from '../gpu/gl.js';
import { t } from '../words/words.js';

/** @type {[number, number, number]} */
const GROUND = [22 / 255, 22 / 255, 23 / 255];  // --ground of style.css
const SHADERS = ['point.glsl.jinja', 'point_place.glsl'];
const ROUND_FROM = 4;  // canvas pixels across: square, smaller ones look the same, and software draws them faster
/** @type {WebGLContextAttributes} */
const OPTIONS = { alpha: false, antialias: false, depth: false };

export class Plot {
	/** @type {Float32Array} */
	#points = new Float32Array();
	/** @type {Uint8Array} */
	#colours = new Uint8Array();

	// Fails where there is no WebGL2 for another canvas.
	/** @param {HTMLCanvasElement} canvas */
	static async on(canvas) {
		await loadTexts(SHADERS);
		const gl = canvas.getContext('webgl2', OPTIONS);
		if (!gl) throw new Error(t`This browser gives no further WebGL2 context, which the map needs: close other tabs.`);
		return new Plot(gl);
	}

	/** @param {WebGL2RenderingContext} gl */
	constructor(gl) {
		this.gl = gl;
		this.shaders = this.#begin();
		gl.canvas.addEventListener('webglcontextlost', event => event.preventDefault());
		gl.canvas.addEventListener('webglcontextrestored', () => { this.shaders = this.#begin(); });
	}

	/** @param {Float32Array} points  x and y in turn */
	set points(points) {
		this.#points = points;
		this.#fill(this.places, points);
	}

	/** @param {Uint8Array} colours  RGBA of each */
	set colours(colours) {
		this.#colours = colours;
		this.#fill(this.paints, colours);
	}

	/**
	 * @param {import('./sight.js').Sight} sight
	 * @param {number} size  of a point, canvas pixels
	 */
	draw({ center, scale, canvas: [width, height] }, size) {
		const { gl } = this;
		const { program, at } = this.shaders[Number(size >= ROUND_FROM)];
		gl.viewport(0, 0, width, height);
		gl.clearColor(...GROUND, 1);
		gl.clear(gl.COLOR_BUFFER_BIT);
		gl.useProgram(program);
		gl.uniform2fv(at('center'), center);
		gl.uniform2f(at('scale'), 2 * scale / width, 2 * scale / height);
		gl.uniform1f(at('size'), size);
		gl.drawArrays(gl.POINTS, 0, Math.min(this.#points.length / 2, this.#colours.length / 4));
	}

	#begin() {
		const { gl } = this;
		const place = shaderText('point_place.glsl');
		const shaders = [false, true].map(rounded => createProgram(gl, render(shaderText('point.glsl.jinja'), { rounded }), place));
		const attribute = (location, length, type, normalised) => {
			const buffer = gl.createBuffer();
			gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
			gl.enableVertexAttribArray(location);
			gl.vertexAttribPointer(location, length, type, normalised, 0, 0);
			return buffer;
		};
		this.places = attribute(0, 2, gl.FLOAT, false);
		this.paints = attribute(1, 4, gl.UNSIGNED_BYTE, true);
		this.points = this.#points;
		this.colours = this.#colours;
		return shaders;
	}

	#fill(buffer, values) {
		const { gl } = this;
		gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
		gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW);
	}
}
