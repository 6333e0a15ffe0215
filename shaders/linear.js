// Classical models, PTM, HSH and PCA/RBF: a pixel's colour is a sum of its coefficients, each weighted by
// the light.

import { largestLatents, sumOfProducts } from './decoder.js';

// Order and colour space by the number of latents.
export const KNOWN = {
	ptm: { 9: [2, 'lrgb'], 18: [2, 'rgb'] },
	hsh: { 12: [1, 'rgb'], 27: [2, 'rgb'], 48: [3, 'rgb'] },
};
export const SPLINE_TERMS = 4;  // 1, x, y, z, beside one spline per light
const LOWEST_HSH = Math.sin(0.15);  // of a light, the sine of its height

// What no value on the way from latents to colours exceeds.
export function linearBound(decoder) {
	const { lrgb, centres, splines } = decoder;
	const latents = largestLatents(decoder);
	const sum = list => list.reduce((total, value) => total + value, 0);
	if (centres) {
		const reach = centres.map(centre => 1 + Math.hypot(...centre));
		const terms = [...reach.map(r => r * r * Math.log(1 + r)), 1, 1, 1, 1];
		const rows = splines.map(row => sumOfProducts([1, ...latents], row.map(rgb => Math.max(...rgb.map(Math.abs)))));
		return Math.max(...latents, sumOfProducts(terms, rows));
	}
	// No term of PTM or HSH exceeds 2.
	return lrgb ? 2 * sum(latents.slice(3)) * Math.max(1, ...latents.slice(0, 3)) : 2 * sum(latents);
}

// The RGB weights of the latents under a light (x, y): what is added, then one for each latent; with
// `lrgb` those of the luminance, and 0 for the colour.
export function lightBasis({ model, order, lrgb, latentMin, centres, splines }, [x, y]) {
	const light = [x, y, Math.sqrt(Math.min(1, Math.max(0, 1 - x * x - y * y)))];
	if (model === 'rbf') {
		const terms = splineTerms(light, centres);
		return splines[0].map((_, k) => [0, 1, 2].map(
			c => terms.reduce((sum, term, i) => sum + term * splines[i][k][c], 0)));
	}
	// A light lower than 0.15 radians shows HSH as if it stood at that height.
	const terms = model === 'ptm' ? [1, x, y, x * x, x * y, y * y] : hshTerms([x, y, Math.max(light[2], LOWEST_HSH)], order);
	return [[0, 0, 0], ...latentMin.map((_, k) => [0, 1, 2].map(
		c => lrgb ? terms[k - 3] ?? 0 : k % 3 === c ? terms[Math.floor(k / 3)] : 0))];
}

// Orthonormal over the hemisphere; within a band from cos(l phi) to sin(l phi), with the signs
// that Relight and RTIViewer give them.
function hshTerms([x, y, z], order) {
	const { sqrt, cos, sin } = Math;
	const phi = Math.atan2(y, x);
	const t = 2 * z - 1;
	const s = sqrt(z - z * z);
	return [
		sqrt(1 / 2),
		sqrt(6) * cos(phi) * s,
		sqrt(3 / 2) * t,
		sqrt(6) * sin(phi) * s,
		-sqrt(30) * cos(2 * phi) * s ** 2,
		sqrt(30) * cos(phi) * t * s,
		sqrt(5 / 2) * (1 - 6 * z + 6 * z ** 2),
		sqrt(30) * sin(phi) * t * s,
		-sqrt(30) * sin(2 * phi) * s ** 2,
		sqrt(140) * cos(3 * phi) * s ** 3,
		-sqrt(210) * cos(2 * phi) * t * s ** 2,
		sqrt(84) * cos(phi) * (1 - 5 * z + 5 * z ** 2) * s,
		sqrt(7 / 2) * (-1 + 12 * z - 30 * z ** 2 + 20 * z ** 3),
		sqrt(84) * sin(phi) * (1 - 5 * z + 5 * z ** 2) * s,
		-sqrt(210) * sin(2 * phi) * t * s ** 2,
		sqrt(140) * sin(3 * phi) * s ** 3,
	].slice(0, (order + 1) ** 2).map(term => term / sqrt(Math.PI));
}

// Thin-plate splines r^2 log r about each of `centres`, and 1, x, y, z.
function splineTerms(light, centres) {
	const squared = centres.map(centre => centre.reduce((sum, value, i) => sum + (light[i] - value) ** 2, 0));
	return [...squared.map(r2 => r2 * Math.log(Math.max(r2, 1e-300)) / 2), 1, ...light];
}
