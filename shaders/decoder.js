// What a decoder is: a tiny network from one pixel's latents and a light direction to its colour.

export const MAX_UNITS = 64;
export const MAX_LATENTS = 27;

// What no value on the way from latents to colours exceeds.
export function networkBound({ layers, ...ranges }) {
	let largest = [...largestLatents(ranges), 1, 1];
	let found = Math.max(...largest);
	for (const { weight, bias } of layers) {
		const sums = weight.map((row, i) => sumOfProducts(row, largest) + Math.abs(bias[i]));
		found = Math.max(found, ...sums);
		largest = sums.map(sum => Math.max(sum, 1));  // ELU goes down to -1
	}
	return found;
}

// The magnitudes that latents within their ranges may have.
export const largestLatents = ({ latentMin, latentMax }) => latentMin.map(
	(min, i) => Math.max(Math.abs(min), Math.abs(latentMax[i])));

export const sumOfProducts = (one, other) => one.reduce((sum, value, i) => sum + Math.abs(value) * other[i], 0);
