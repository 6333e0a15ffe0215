// What a decoder is: it turns a pixel's latents and a light direction into a colour. There are networks
// (network.js) and linear ones (linear.js).

import { RakingError, check } from './errors.js';

export const MAX_LATENTS = 27;  // of a network, and of principal components
export const LIGHT = 2;  // condition inputs: the light's x and y

/** @typedef {{ latentMin: number[], latentMax: number[] }} Ranges */

// What the decoders share. Latents are stored as 8-bit levels between their limits. Each kind has besides:
// kind (info.json's type), units (hidden ones) and parameters (the numbers that were fitted besides the latents),
// bound (what no value on the way from latents to colours exceeds), label(model) (how the papers name it),
// frameValues(light) (what its shader is given anew for each light, in fours), and colours(light)
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

	// Fails unless a light alone makes a picture: the one place to lift that.
	checkLight() {
		if (this.conditions === LIGHT) return;
		throw new RakingError("this image's decoder asks for a view besides a light; none is known.");
	}
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
export const sumOfMagnitudes = (one, other) => one.reduce((sum, value, i) => sum + Math.abs(value) * other[i], 0);
