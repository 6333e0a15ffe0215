// Classical models: a pixel's colour is a sum of its coefficients, each weighted by the light, or in an LRGB
// image its own colour times such a sum.

import { Decoder } from './decoder.js';
import { check } from './errors.js';
import { HSH } from './hsh.js';
import { PTM } from './ptm.js';
import { RBF } from './rbf.js';

/** @type {Map<string, import('./model.js').LinearModel>} */
export const MODELS = new Map([PTM, HSH, RBF].map(model => [model.name, model]));
const LARGEST_TERM = 2;  // of no model is one larger
const OWN = 3;  // latents of an LRGB image that are the pixel's own colour

export class LinearDecoder extends Decoder {
	units = 0;

	/** @param {{ model: string, centres?: number[][], splines?: number[][][] } & import('./decoder.js').Ranges} given */
	constructor({ model, latentMin, latentMax, centres, splines }) {
		super({ latentMin, latentMax });
		this.kind = model;
		this.model = /** @type {import('./model.js').LinearModel} */ (MODELS.get(model));
		this.size = this.model.sizes[this.latents];
		check(this.size, `a ${model} image of ${this.latents} coefficients is unknown`);
		this.centres = centres;  // of rbf
		this.splines = splines;
		this.model.parts?.check(this);
	}

	get lrgb() {
		return this.size.colorspace === 'lrgb';
	}

	get parameters() {
		return (this.splines ?? []).flat(2).length;
	}

	get bound() {
		const { lrgb, largest, model: { parts } } = this;
		if (parts) return parts.bound(this);
		const sum = list => LARGEST_TERM * list.reduce((total, value) => total + value, 0);
		return lrgb ? sum(largest.slice(OWN)) * Math.max(1, ...largest.slice(0, OWN)) : sum(largest);
	}

	label() {
		return this.size.label;
	}

	/**
	 * The RGB weights of the latents under a light (x, y): what is added, then one for each latent; of an LRGB
	 * image those of the luminance, and 0 for the colour.
	 *
	 * @param {number[]} light
	 */
	basis([x, y]) {
		const { lrgb, latentMin, size: { order }, model: { parts, terms, lowest = 0 } } = this;
		const light = [x, y, Math.max(lowest, Math.sqrt(Math.max(0, 1 - x * x - y * y)))];
		if (parts) return parts.basis(this, light);
		const found = terms?.(light, order) ?? [];
		return [[0, 0, 0], ...latentMin.map((_, k) => [0, 1, 2].map(
			c => lrgb ? found[k - OWN] ?? 0 : k % 3 === c ? found[Math.floor(k / 3)] : 0))];
	}

	/**
	 * The RGB weights of texels: what is added, then one per texel, the coefficients' ranges in them. Of an LRGB
	 * image the first two of the colour are its offset and scale.
	 *
	 * @param {number[]} light
	 */
	frameValues(light) {
		const { latentMin, scale } = this;
		const [added, ...basis] = this.basis(light);
		const weights = new Float32Array(4 * (1 + basis.length));
		weights.set(added.map((value, c) => basis.reduce((sum, rgb, k) => sum + latentMin[k] * rgb[c], value)));
		basis.forEach((rgb, k) => weights.set(rgb.map(value => value * scale[k]), 4 * (1 + k)));
		if (this.lrgb) [latentMin, scale].forEach((row, i) => weights.set(row.slice(0, OWN), 4 * (1 + i)));
		return weights;
	}

	/**
	 * @param {number[]} light
	 * @returns {(texels: ArrayLike<number>) => number[]}
	 */
	colours(light) {
		const values = this.frameValues(light);
		const weigh = (texels, from, c) => texels.reduce(
			(sum, value, k) => k < from ? sum : sum + values[4 * (1 + k) + c] * value, values[c]);
		return texels => [0, 1, 2].map(c => this.lrgb
			? weigh(texels, OWN, c) * (values[4 + c] + values[8 + c] * texels[c]) : weigh(texels, 0, c));
	}
}
