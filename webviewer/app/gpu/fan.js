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
const MARGIN = 1e-3;  // of a place in the fan, that shaders may reckon it off
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
	#area = 0;  // what #about is for
	/** @type {Float64Array[]} */
	#about = [];  // of each place, what the normals about it tell: the terms of choose()
	#places = new Float32Array();

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
		this.#places = this.choose(fan.map(each => each.slice(-2)), look.area);
		gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl.RED, gl.FLOAT, this.#places);
		return fan;
	}

	// Tells a shader where a tile lies in the grid, and which of the lights it is drawn under. False, and nothing is told,
	// where no pixel of the tile has a share of that light.
	/** @type {(at: UniformAt, tile: Tile, number: number) => boolean} */
	place(at, { outer, level }, number) {
		const { gl, side, texture } = this;
		const step = 2 ** level / side;
		const [x, y] = [outer.x, outer.y].map(first => (first + 0.5) * step - 0.5);
		const [least, most] = this.#reach(x, y, x + step * (outer.width - 1), y + step * (outer.height - 1));
		if (number <= least - 1 - MARGIN || number >= most + 1 + MARGIN) return false;
		gl.uniform4f(at('grid_place'), x, y, step, number);
		gl.uniform1i(at('grid'), 1);
		gl.activeTexture(gl.TEXTURE1);
		gl.bindTexture(gl.TEXTURE_2D, texture);
		gl.activeTexture(gl.TEXTURE0);
		return true;
	}

	dispose() {
		this.gl.deleteTexture(this.texture);
	}

	// The least and the most of the places that those of an area of the grid are interpolated of.
	#reach(left, top, right, bottom) {
		const { columns, rows } = this;
		const within = (at, count) => Math.min(count - 1, Math.max(0, at));
		const [x0, x1] = [Math.floor(left), Math.ceil(right)].map(at => within(at, columns));
		let [least, most] = [Infinity, -Infinity];
		for (let y = within(Math.floor(top), rows); y <= within(Math.ceil(bottom), rows); y++) {
			for (const place of this.#places.subarray(y * columns + x0, y * columns + x1 + 1)) {
				least = Math.min(least, place);
				most = Math.max(most, place);
			}
		}
		return [least, most];
	}

	// Each place's in a fan of lights, 0 to their number less 1. area: the Gaussian's deviation, in percent.
	choose(lights, area) {
		if (area !== this.#area) this.#lookAbout(area);
		const about = this.#about;
		const terms = lights.map(directionOf).map(
			at => [...at, ...PRODUCTS.map(([i, j]) => (i === j ? 1 : 2) * at[i] * at[j])]);
		const squares = new Float64Array(lights.length);  // of the scores
		return new Float32Array(this.columns * this.rows).map((_, index) => {
			let best = 0;
			terms.forEach((of, k) => {
				let [mean, variance] = [0, 0];
				for (let i = 0; i < 3; i++) mean += of[i] * about[i][index];
				for (let i = 3; i < of.length; i++) variance += of[i] * about[i][index];
				squares[k] = Math.max(0, mean) ** 2 * Math.max(0, variance);
				best = Math.max(best, squares[k]);
			});
			if (best <= 1e-12) return (lights.length - 1) / 2;
			let [sum, all] = [0, 0];
			squares.forEach((square, k) => {
				const share = (square / best) ** (PREVALENCE / 2);
				sum += k * share;
				all += share;
			});
			return sum / all;
		});
	}

	// Means and covariances of the normals, which are the same under all lights.
	#lookAbout(area) {
		const { columns, rows, moments } = this;
		this.#area = area;
		const [weights, ...means] = moments.map(plane => blurred(plane, columns, rows, area / 100 * Math.max(columns, rows)));
		means.forEach(plane => plane.forEach((sum, i) => { plane[i] = sum / Math.max(weights[i], 1e-12); }));
		PRODUCTS.forEach(([i, j], k) => means[3 + k].forEach((mean, at) => { means[3 + k][at] = mean - means[i][at] * means[j][at]; }));
		this.#about = means;
	}
}
