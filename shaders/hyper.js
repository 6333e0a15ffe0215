// The decoder whose weights follow the light: all pixels of a frame share the light, so a network of the light
// makes their decoder anew for each frame, and a pixel needs few units.

import { LIGHT } from './decoder.js';
import { check } from './errors.js';
import { NetworkDecoder, dense, elu, largestSums } from './network.js';

export const MAX_FACTORS = 32;
export const MAX_WIDTH = 128;  // of the network of the light
export const MAX_DEPTH = 3;  // its layers
export const SPHERE = 3;  // coordinates of a direction, as the network takes it

/** @typedef {import('./network.js').Layer} Layer */

/**
 * A layer that is a mixture: a part of its own, and one part for each factor; or its own part alone.
 *
 * @typedef {{ weight: number[][][], bias: number[][] }} MixedLayer
 */

export class HyperDecoder extends NetworkDecoder {
	kind = 'hyper';

	/**
	 * @param {object} given
	 * @param {Layer[]} given.lightNetwork  from the light on the sphere to the factors, ELU between its layers
	 * @param {MixedLayer[]} given.layers  three
	 * @param {number[]} given.latentMin
	 * @param {number[]} given.latentMax
	 * @param {number} [given.conditions]
	 * @param {unknown} [given.activation]
	 */
	constructor({ lightNetwork, layers, ...others }) {
		super(others);
		this.lightNetwork = lightNetwork;
		this.layers = layers;
		this.#checkLight();
		this.checkSize();
		this.#checkLayers();
	}

	/** @override */
	get activations() {
		return ['elu', 'parabola'];
	}

	/** @override */
	get units() {
		return this.layers[0].bias[0].length;
	}

	get factors() {
		return this.lightNetwork[this.lightNetwork.length - 1].bias.length;
	}

	/** @override */
	get follows() {
		return this.layers.map(({ weight, bias }) => [weight.length > 1, bias.length > 1]);
	}

	get parameters() {
		const size = list => Array.isArray(list) ? list.reduce((sum, item) => sum + size(item), 0) : 1;
		return [...this.lightNetwork, ...this.layers].reduce((sum, { weight, bias }) => sum + size(weight) + size(bias), 0);
	}

	get bound() {
		const ofLight = largestSums(this.lightNetwork, Array(this.#inputs).fill(1));
		const magnitudes = list => Array.isArray(list) ? list.map(magnitudes) : Math.abs(list);
		const layers = this.layers.map(({ weight, bias }) => mixed(
			{ weight: magnitudes(weight), bias: magnitudes(bias) }, ofLight.sums));
		return Math.max(ofLight.bound, largestSums(layers, this.largest).bound);
	}

	label() {
		return `Hyper(${this.units})`;
	}

	/** @override */
	layersAt(light) {
		const factors = this.factorsAt(light);
		return this.layers.map(layer => mixed(layer, factors));
	}

	/** @param {number[]} light */
	factorsAt(light) {
		return this.lightNetwork.reduce((inputs, layer, i) => dense(layer, i ? inputs.map(elu) : inputs), onSphere(light));
	}

	get #inputs() {
		return SPHERE * this.conditions / LIGHT;
	}

	#checkLight() {
		const { lightNetwork } = this;
		check(lightNetwork.length >= 1 && lightNetwork.length <= MAX_DEPTH,
			`its network of the light has ${lightNetwork.length} layers, where 1 to ${MAX_DEPTH} are supported`);
		check(this.factors >= 1 && this.factors <= MAX_FACTORS,
			`its light makes ${this.factors} factors, where 1 to ${MAX_FACTORS} are supported`);
		let inputs = this.#inputs;
		for (const { weight, bias } of lightNetwork) {
			check(bias.length <= MAX_WIDTH && weight.length === bias.length && weight.every(row => row.length === inputs),
				'the sizes of its network of the light do not fit together');
			inputs = bias.length;
		}
	}

	#checkLayers() {
		const { latents, units, factors, layers } = this;
		const shapes = [[units, latents], [units, units], [3, units]];
		layers.forEach(({ weight, bias }, i) => {
			const [rows, columns] = shapes[i];
			check([weight, bias].every(parts => [1, 1 + factors].includes(parts.length)),
				`layer ${i + 1} has ${weight.length} and ${bias.length} parts, where 1 or ${1 + factors} are needed`);
			check(bias.every(part => part.length === rows)
				&& weight.every(part => part.length === rows && part.every(row => row.length === columns)),
			`the sizes of layer ${i + 1} do not fit together`);
		});
		check(this.follows.some(layer => layer.some(Boolean)), 'no layer follows the light');
	}
}

// Light x and y, or view and light, as three coordinates each: the dome of directions is drawn out to a whole
// sphere, as HSH does (Gautron et al. 2004), with the zenith as its one pole and all of the horizon as the other.
export function onSphere(conditions) {
	const directions = Array.from({ length: conditions.length / 2 }, (_, i) => conditions.slice(2 * i, 2 * i + 2));
	return directions.flatMap(([x, y]) => {
		const z = Math.sqrt(Math.max(0, 1 - x * x - y * y));
		const stretch = 2 * Math.sqrt(z / (1 + z));
		return [stretch * x, stretch * y, 2 * z - 1];
	});
}

/**
 * @param {MixedLayer} layer
 * @param {number[]} factors
 * @returns {Layer}
 */
function mixed({ weight, bias }, factors) {
	const shares = [1, ...factors];
	const mix = (parts, at) => parts.reduce((sum, part, i) => sum + shares[i] * at(part), 0);
	return {
		weight: weight[0].map((row, i) => row.map((_, j) => mix(weight, part => part[i][j]))),
		bias: bias[0].map((_, i) => mix(bias, part => part[i])),
	};
}
