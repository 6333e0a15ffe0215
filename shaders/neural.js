// The decoder of NeuralRTI and DisK-NeuralRTI: three dense layers, ELU after both hidden ones.

import { Decoder, MAX_LATENTS, sumOfMagnitudes } from './decoder.js';
import { check } from './errors.js';

export const MAX_UNITS = 64;
const NAMES = new Map([['neural', 'NeuralRTI'], ['disk', 'DisK']]);

/** @typedef {{ weight: number[][], bias: number[] }} Layer  a row of weights for each of its outputs */

export class NeuralDecoder extends Decoder {
	kind = 'neural';
	frame = 'frame_bias';

	/**
	 * @param {object} given
	 * @param {Layer[]} given.layers  three
	 * @param {number[]} given.latentMin
	 * @param {number[]} given.latentMax
	 * @param {number} [given.conditions]
	 * @param {unknown} [given.activation]
	 */
	constructor({ layers, latentMin, latentMax, conditions = 2, activation = 'elu' }) {
		super({ latentMin, latentMax });
		this.layers = layers;
		this.conditions = conditions;
		const { latents, units } = this;
		check(latents % 3 === 0 && latents >= 3 && latents <= MAX_LATENTS,
			`it has ${latents} latents, where a multiple of 3 up to ${MAX_LATENTS} is needed`);
		check(units >= 1 && units <= MAX_UNITS, `it has ${units} units, where 1 to ${MAX_UNITS} are supported`);
		check([2, 4].includes(conditions), `its decoder has ${conditions} condition inputs; 2 (light) or 4 (view and light) are known`);
		check(activation === 'elu', `its decoder's activation is ${JSON.stringify(activation)}, where only 'elu' is known`);
	}

	get units() {
		return this.layers[0].bias.length;
	}

	get parameters() {
		return this.layers.reduce((sum, { weight, bias }) => sum + bias.length * (1 + weight[0].length), 0);
	}

	get bound() {
		let largest = [...this.largest, ...Array(this.conditions).fill(1)];
		let bound = Math.max(...largest);
		for (const { weight, bias } of this.layers) {
			const sums = weight.map((row, i) => sumOfMagnitudes(row, largest) + Math.abs(bias[i]));
			bound = Math.max(bound, ...sums);
			largest = sums.map(sum => Math.max(sum, 1));  // ELU goes down to -1
		}
		return bound;
	}

	/** @param {any} [model]  what its image's provenance says */
	label(model) {
		return `${NAMES.get(model) ?? 'Neural'}(${this.units})`;
	}

	/**
	 * The first layer's bias: the share of the light and of the latents' offsets is in it.
	 *
	 * @param {number[]} light
	 */
	frameValues(light) {
		const [{ weight, bias }] = this.layers;
		const inputs = [...this.latentMin, ...light];
		const padded = new Float32Array(4 * Math.ceil(this.units / 4));
		weight.forEach((row, unit) => {
			padded[unit] = inputs.reduce((sum, input, i) => sum + row[i] * input, bias[unit]);
		});
		return padded;
	}

	/**
	 * @param {number[]} light
	 * @returns {(texels: ArrayLike<number>) => number[]}
	 */
	colours(light) {
		const { scaledWeight, layers: [, second, third] } = this;
		const first = this.frameValues(light);
		const elu = value => value > 0 ? value : Math.expm1(value);
		const layer = (weight, bias, inputs) => weight.map(
			(row, unit) => row.reduce((sum, w, i) => sum + w * inputs[i], bias[unit]));
		return texels => layer(third.weight, third.bias,
			layer(second.weight, second.bias, layer(scaledWeight, first, texels).map(elu)).map(elu));
	}

	// The first layer's for texels (0..1) in place of latents.
	get scaledWeight() {
		const { scale } = this;
		return this.layers[0].weight.map(row => scale.map((factor, k) => row[k] * factor));
	}
}
