// The decoder of NeuralRTI and DisK-NeuralRTI: a network whose first biases follow the light.

import { NetworkDecoder, largestSums } from './network.js';

const NAMES = new Map([['neural', 'NeuralRTI'], ['disk', 'DisK']]);

/** @typedef {import('./network.js').Layer} Layer */

// (K + C) -> N -> N -> 3: the inputs are K latents and then C condition values, of which all pixels of a frame
// have the same, so that their share is part of the first biases.
export class NeuralDecoder extends NetworkDecoder {
	kind = 'neural';

	/**
	 * @param {object} given
	 * @param {Layer[]} given.layers  three
	 * @param {number[]} given.latentMin
	 * @param {number[]} given.latentMax
	 * @param {number} [given.conditions]
	 * @param {unknown} [given.activation]
	 */
	constructor({ layers, ...others }) {
		super(others);
		this.layers = layers;
		this.checkSize();
	}

	/** @override */
	get units() {
		return this.layers[0].bias.length;
	}

	/** @override */
	get follows() {
		return [[false, true], [false, false], [false, false]];
	}

	get parameters() {
		return this.layers.reduce((sum, { weight, bias }) => sum + bias.length * (1 + weight[0].length), 0);
	}

	get bound() {
		return largestSums(this.layers, [...this.largest, ...Array(this.conditions).fill(1)]).bound;
	}

	/** @param {any} [model]  what its image's provenance says */
	label(model) {
		return `${NAMES.get(model) ?? 'Neural'}(${this.units})`;
	}

	/** @override */
	layersAt(light) {
		const [{ weight, bias }, ...others] = this.layers;
		const { latents } = this;
		const first = {
			weight: weight.map(row => row.slice(0, latents)),
			bias: weight.map((row, unit) => light.reduce((sum, value, c) => sum + row[latents + c] * value, bias[unit])),
		};
		return [first, ...others];
	}
}
