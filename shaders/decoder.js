// What a decoder is: it turns a pixel's latents and a light direction into a colour. There are networks
// (network.js) and linear ones (linear.js).

import { check } from './errors.js';

export const MAX_LATENTS = 27;  // of a network, and of principal components
export const LIGHT = 2;  // condition inputs: the light's x and y

/** @typedef {{ latentMin: number[], latentMax: number[] }} Ranges */

// What the decoders share. Latents are stored as 8-bit levels between their limits. Each kind has besides:
// kind (info.json's type), units (hidden ones) and parameters (the numbers that were fitted besides the latents),
// bound (what no value on the way from latents to colours exceeds), label(model) (how the papers name it),
// frameValues(conditions) (what its shader is given anew for each light, in fours), and colours(conditions)
// (from a pixel's texels, 0..1, to its RGB: the shader in plain words).
export class Decoder {
	conditions = LIGHT;

	/** @param {Ranges} ranges */
	constructor({ latentMin, latentMax }) {
		this.latentMin = latentMin;
		this.latentMax = latentMax;
		check(latentMax.length === latentMin.length && latentMin.every((min, k) => latentMax[k] > min),
			'its latent ranges (min and max) differ in number, or one is empty or reversed');
	}

	get latents() {
		return this.latentMin.length;
	}

	get scale() {
		return this.latentMax.map((max, k) => max - this.latentMin[k]);
	}

	// The magnitudes that latents may have.
	get largest() {
		return this.latentMin.map((min, k) => Math.max(Math.abs(min), Math.abs(this.latentMax[k])));
	}

	// Whether the surface was seen by several cameras, so that a view is among its conditions.
	get hasViews() {
		return this.conditions > LIGHT;
	}

	/**
	 * What it is told under a light (x, y), seen from a camera in a direction (x, y).
	 *
	 * @param {number[]} light
	 * @param {number[]} view
	 */
	conditionsOf(light, view) {
		return this.hasViews ? [...view, ...light] : light;
	}
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
export const sumOfMagnitudes = (one, other) => one.reduce((sum, value, i) => sum + Math.abs(value) * other[i], 0);

/**
 * A light [x, y] as a unit vector towards the viewer's side.
 *
 * @param {number[]} light
 */
export const directionOf = ([x, y]) => [x, y, Math.sqrt(Math.max(0, 1 - x * x - y * y))];
