// What decoders that are networks share: three dense layers, K -> N -> N -> 3, activated after the first two. Some
// weights are the same under every light and become constants of the shader. The others follow the light: they
// are worked out once a frame and given to the shader.

import { Decoder, MAX_LATENTS, sumOfMagnitudes } from './decoder.js';
import { check } from './errors.js';

export const MAX_UNITS = 64;

/** @typedef {{ weight: number[][], bias: number[] }} Layer  a row of weights for each of its outputs */

// Each kind has besides: units, follows (of each layer whether its weights, and whether its biases, follow the
// light), and layersAt(light) (the layers under a light, the first for latents alone).
export class NetworkDecoder extends Decoder {
	/** @param {{ latentMin: number[], latentMax: number[], conditions?: number, activation?: unknown }} given */
	constructor({ latentMin, latentMax, conditions = 2, activation = 'elu' }) {
		super({ latentMin, latentMax });
		this.conditions = conditions;
		check([2, 4].includes(conditions), `its decoder has ${conditions} condition inputs; 2 (light) or 4 (view and light) are known`);
		check(this.activations.some(name => name === activation),
			`its decoder's activation, ${JSON.stringify(activation)}, is not known`);
		this.activation = String(activation);
	}

	// Those known.
	get activations() {
		return ['elu'];
	}

	/** @returns {number} */
	get units() {
		throw new Error('Each kind of network has its own.');
	}

	/** @returns {boolean[][]} */
	get follows() {
		throw new Error('Each kind of network has its own.');
	}

	/**
	 * @param {number[]} light
	 * @returns {Layer[]}
	 */
	layersAt(light) {
		throw new Error(`Each kind of network has its own layers under ${light}.`);
	}

	checkSize() {
		const { latents, units } = this;
		check(latents % 3 === 0 && latents >= 3 && latents <= MAX_LATENTS,
			`it has ${latents} latents, where a multiple of 3 up to ${MAX_LATENTS} is needed`);
		check(units >= 1 && units <= MAX_UNITS, `it has ${units} units, where 1 to ${MAX_UNITS} are supported`);
	}

	// The layers under a light, the first for texels (0..1) in place of latents.
	/** @param {number[]} light */
	texelLayers(light) {
		const [{ weight, bias }, ...others] = this.layersAt(light);
		const { scale, latentMin } = this;
		const first = {
			weight: weight.map(row => row.map((value, k) => value * scale[k])),
			bias: weight.map((row, i) => row.reduce((sum, value, k) => sum + value * latentMin[k], bias[i])),
		};
		return [first, ...others];
	}

	/**
	 * What follows the light, in fours: layer by layer the biases, then the weights input by input; of each the
	 * units in fours, padded with zeros.
	 *
	 * @param {number[]} light
	 */
	frameValues(light) {
		const { follows } = this;
		return Float32Array.from(this.texelLayers(light).flatMap(({ weight, bias }, i) => [
			...(follows[i][1] ? inFours(bias.map(value => [value])) : []),
			...(follows[i][0] ? inFours(weight) : []),
		]));
	}

	/**
	 * @param {number[]} light
	 * @returns {(texels: ArrayLike<number>) => number[]}
	 */
	colours(light) {
		const [first, second, third] = this.texelLayers(light);
		const activate = ACTIVATIONS[this.activation];
		return texels => dense(third, dense(second, dense(first, texels).map(activate)).map(activate));
	}
}

export const elu = value => value > 0 ? value : Math.expm1(value);

// From -2 on down to its lowest, a parabola that meets the line above 0 at its slope.
function parabola(value) {
	const low = Math.max(Math.min(value, 0), -2);
	return Math.max(value, 0) + low + low * low / 4;
}

const ACTIVATIONS = { elu, parabola };

/**
 * @param {Layer} layer
 * @param {ArrayLike<number>} inputs
 */
export const dense = ({ weight, bias }, inputs) => weight.map(
	(row, unit) => row.reduce((sum, value, i) => sum + value * inputs[i], bias[unit]));

/**
 * What no value within the layers exceeds, and the magnitudes of what comes out, for inputs up to `largest`.
 *
 * @param {Layer[]} layers
 * @param {number[]} largest
 */
export function largestSums(layers, largest) {
	let bound = Math.max(...largest);
	let sums = largest;
	for (const { weight, bias } of layers) {
		sums = weight.map((row, i) => sumOfMagnitudes(row, largest) + Math.abs(bias[i]));
		bound = Math.max(bound, ...sums);
		largest = sums.map(sum => Math.max(sum, 1));  // either activation goes down to -1
	}
	return { bound, sums };
}

// Block by block of four rows, the columns of each.
function inFours(rows) {
	const values = [];
	for (let first = 0; first < rows.length; first += 4) {
		rows[0].forEach((_, column) => values.push(...[0, 1, 2, 3].map(i => rows[first + i]?.[column] ?? 0)));
	}
	return values;
}
