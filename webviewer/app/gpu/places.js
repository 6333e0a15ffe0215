// Which light of a fan each place of a grid over an image is lit by, told by the normals about it: renderer/gpu/fan.py
// has the formulas.

import { directionOf } from '../shaders/decoder.js';
import { blurred } from './blur.js';

const PREVALENCE = 4;
export const PRODUCTS = [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]];
export const TERMS = 1 + 3 + PRODUCTS.length;  // of a place: the weight, the sums of normals and of their products

export class Places {
	#area = 0;  // what #about is for
	/** @type {Float64Array[]} */
	#about = [];  // means and covariances of the normals, a plane of each

	/**
	 * @param {number} columns
	 * @param {number} rows
	 * @param {Float64Array[]} moments  a plane of each term
	 */
	constructor(columns, rows, moments) {
		this.columns = columns;
		this.rows = rows;
		this.moments = moments;
		this.chosen = new Float32Array(columns * rows);  // each place's light, 0 to their number less 1
	}

	// area: the Gaussian's deviation, in percent of the longer side.
	choose(lights, area) {
		if (area !== this.#area) this.#lookAbout(area);
		const about = this.#about;
		const terms = lights.map(directionOf).map(
			at => [...at, ...PRODUCTS.map(([i, j]) => (i === j ? 1 : 2) * at[i] * at[j])]);
		const squares = new Float64Array(lights.length);  // of the scores
		for (let place = 0; place < this.chosen.length; place++) {
			let best = 0;
			terms.forEach((of, k) => {
				let [mean, variance] = [0, 0];
				for (let i = 0; i < 3; i++) mean += of[i] * about[i][place];
				for (let i = 3; i < of.length; i++) variance += of[i] * about[i][place];
				squares[k] = Math.max(0, mean) ** 2 * Math.max(0, variance);
				best = Math.max(best, squares[k]);
			});
			let [sum, all] = [0, 0];
			squares.forEach((square, k) => {
				const share = (square / best) ** (PREVALENCE / 2);
				sum += k * share;
				all += share;
			});
			this.chosen[place] = best > 1e-12 ? sum / all : (lights.length - 1) / 2;
		}
	}

	#lookAbout(area) {
		const { columns, rows, moments } = this;
		this.#area = area;
		const [weights, ...means] = moments.map(plane => blurred(plane, columns, rows, area / 100 * Math.max(columns, rows)));
		means.forEach(plane => plane.forEach((sum, i) => { plane[i] = sum / Math.max(weights[i], 1e-12); }));
		PRODUCTS.forEach(([i, j], k) => means[3 + k].forEach((mean, at, plane) => { plane[at] = mean - means[i][at] * means[j][at]; }));
		this.#about = means;
	}
}
