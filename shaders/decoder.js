// What a decoder is: it turns a pixel's latents and a light direction into a colour. There are neural ones
// (neural.js) and linear ones (linear.js).

import { RakingError, check } from './errors.js';

export const MAX_LATENTS = 27;  // of a network, and of principal components
export const LIGHT = 2;  // condition inputs: the light's x and y

// Latents are stored as 8-bit levels between latentMin and latentMax. Each kind of decoder has besides: kind
// (info.json's type), units and parameters, bound (what no value on the way to colours exceeds), label(model),
// frame (the name of what its shader is given anew for each light), frameValues(light) (that, as float32 in
// fours), and colours(light) (a function from a pixel's texels, 0..1, to its RGB: the shader in plain words).
export class Decoder {
	conditions = LIGHT;

	constructor({ latentMin, latentMax }) {
		Object.assign(this, { latentMin, latentMax });
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

	// Fails unless a light alone makes a picture: one place to lift that.
	checkLight() {
		if (this.conditions === LIGHT) return;
		throw new RakingError("this image's decoder asks for a view besides a light; none is known.");
	}
}

export const sumOfMagnitudes = (one, other) => one.reduce((sum, value, i) => sum + Math.abs(value) * other[i], 0);
