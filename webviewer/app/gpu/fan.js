// Multi-light: each place is lit from where its relief shows best. The same as renderer/gpu/fan.py, which has the
// formulas; loaded when its modes are first asked for.

import { directionOf } from '../shaders/decoder.js';
import { blurred } from './blur.js';
import { createTexture } from './gl.js';
import { readLevels } from './levels.js';

const LIGHTS = 7;  // of a fan
const PREVALENCE = 4;
const LONGEST = 1024;  // pixels: of the first level that is no longer
const CELL = 8;  // of its pixels: a place of the grid
const UPPER_LEFT = 135;  // degrees: whence relief is expected to be lit
const QUARTER = 90;
const PRODUCTS = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]];
const TERMS = 1 + 3 + PRODUCTS.length;  // of a place: the weight, the sums of normals and of their products

export const isStatic = mode => mode === 'multi-light-static';

/**
 * What a decoder is told of the lights of a fan, about the present light or, of the static mode, about the upper left.
 *
 * @param {Look} look
 * @param {number[]} conditions  x and y of the light, and before them those of the view where there is one
 */
export function fanOf({ mode, spread, raking }, conditions) {
	const [view, [x, y]] = [conditions.slice(0, -2), conditions.slice(-2)];
	const radians = degrees => degrees * Math.PI / 180;
	const [azimuth, radius, aside] = isStatic(mode) ? [radians(UPPER_LEFT), Math.cos(radians(raking)), QUARTER]
		: [Math.atan2(y, x), Math.hypot(x, y), spread];
	return Array.from({ length: LIGHTS }, (_, k) => {
		const angle = azimuth + radians(aside * (2 * k / (LIGHTS - 1) - 1));
		return [...view, radius * Math.cos(angle), radius * Math.sin(angle)].map(Math.fround);
	});
}

/**
 * @param {Scene} scene  with its normals
 */
export async function openFan(scene) {
	const { context: { gl }, pyramid, info } = scene;
	const isLong = level => Math.max(...pyramid.size(level)) > LONGEST;
	let [level, cell] = [0, CELL];
	while (level < pyramid.levels - 1 && isLong(level)) level++;
	// Without tiling there is the full size alone.
	for (let coarser = level; isLong(coarser); coarser++) cell *= 2;
	const [columns, rows] = pyramid.size(level).map(length => Math.ceil(length / cell));
	const moments = Array.from({ length: TERMS }, () => new Float64Array(columns * rows));
	for (const place of pyramid.tiles(level)) {
		await scene.withTile(place, tile => {
			const { planes: [levels], mask } = readLevels(gl, tile, [info.planes.length - 1], tile.inner);
			const { x, y, width, height } = tile.inner;
			for (let i = 0; i < width * height; i++) {
				const at = Math.floor((y + Math.floor(i / width)) / cell) * columns + Math.floor((x + i % width) / cell);
				const on = mask ? mask[4 * i] / 255 : 1;
				const n = [0, 1, 2].map(c => levels[4 * i + c] / 127.5 - 1);
				moments[0][at] += on;
				n.forEach((value, c) => { moments[1 + c][at] += on * value; });
				PRODUCTS.forEach(([a, b], k) => { moments[4 + k][at] += on * n[a] * n[b]; });
			}
		});
	}
	return new Fan(gl, { side: cell * 2 ** level, columns, rows, moments });
}

// Which light of a fan each place of a grid over an image is lit by.
export class Fan {
	#known = '';  // what the texture is for

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {{ side: number, columns: number, rows: number, moments: Float64Array[] }} grid  image pixels of a place; how many
	 *     there are; a plane of each term
	 */
	constructor(gl, { side, columns, rows, moments }) {
		this.gl = gl;
		this.side = side;
		this.columns = columns;
		this.rows = rows;
		this.moments = moments;
		this.texture = createTexture(gl, gl.R32F, columns, rows);
	}

	/**
	 * What a decoder is told of the fan's lights; the choice among them is made.
	 *
	 * @param {Look} look
	 * @param {number[]} conditions
	 */
	lights(look, conditions) {
		const { gl, columns, rows } = this;
		const fan = fanOf(look, conditions);
		const known = `${fan} ${look.area}`;
		if (known === this.#known) return fan;
		this.#known = known;
		gl.bindTexture(gl.TEXTURE_2D, this.texture);
		gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 0);
		gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
		const places = this.choose(fan.map(each => each.slice(-2)), look.area);
		gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl.RED, gl.FLOAT, places);
		return fan;
	}

	// Tells a shader where a tile lies in the grid, and which of the lights it is drawn under.
	/** @type {(at: UniformAt, tile: Tile, number: number) => void} */
	place(at, { outer, level }, number) {
		const { gl, side, texture } = this;
		const step = 2 ** level / side;
		gl.uniform4f(at('grid_place'), (outer.x + 0.5) * step - 0.5, (outer.y + 0.5) * step - 0.5, step, number);
		gl.uniform1i(at('grid'), 1);
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, texture);
		gl.activeTexture(gl.TEXTURE0);
	}

	dispose() {
		this.gl.deleteTexture(this.texture);
	}

	// Each place's in a fan of lights, 0 to their number less 1. area: the Gaussian's deviation, in percent.
	choose(lights, area) {
		const { columns, rows, moments } = this;
		const about = moments.map(plane => blurred(plane, columns, rows, area / 100 * Math.max(columns, rows)));
		const towards = lights.map(directionOf);
		const twice = towards.map(at => PRODUCTS.map(([i, j]) => (i === j ? 1 : 2) * at[i] * at[j]));
		return Float32Array.from(about[0], (weight, index) => {
			const means = about.slice(1).map(plane => plane[index] / Math.max(weight, 1e-12));
			const covariance = PRODUCTS.map(([i, j], k) => means[3 + k] - means[i] * means[j]);
			const scores = towards.map((at, k) => Math.max(dot(at, means), 0) * Math.sqrt(Math.max(dot(twice[k], covariance), 0)));
			const best = Math.max(...scores);
			if (best <= 1e-6) return (lights.length - 1) / 2;
			const shares = scores.map(score => (score / best) ** PREVALENCE);
			return dot(shares, [...shares.keys()]) / shares.reduce((sum, share) => sum + share);
		});
	}
}

const dot = (a, b) => a.reduce((sum, at, i) => sum + at * b[i], 0);
