// Principal components (Ponchio et al. 2018), each with an RGB basis that thin-plate splines interpolate
// between the lights of the photographs.

import { MAX_LATENTS, sumOfMagnitudes } from './decoder.js';
import { check } from './errors.js';

const SIZE = { order: 0, colorspace: 'mrgb', label: 'PCA/RBF' };
const COUNTS = Array.from({ length: MAX_LATENTS / 3 }, (_, i) => 3 * (i + 1));
const PLAIN_TERMS = 4;  // 1, x, y, z, beside one spline per light

/** @type {import('./model.js').LinearModel} */
export const RBF = {
	name: 'rbf',
	sizes: Object.fromEntries(COUNTS.map(count => [count, SIZE])),
	parts: { check: checkSplines, basis, bound },
};

// centres: lights [[x, y, z], ...]; splines: a row for each, and four more: [offset, latent 0, ...] as RGB.
function checkSplines({ latents, centres = [], splines = [] }) {
	const rows = centres.length + PLAIN_TERMS;
	check(splines.length === rows, `its splines are not ${rows} rows, as its lights need them`);
	check(splines.every(row => row.length === 1 + latents), `a row of its splines is not of ${3 + 3 * latents} values`);
}

function basis({ centres, splines }, light) {
	const terms = [...centres.map(centre => thinPlate(light, centre)), 1, ...light];
	return splines[0].map((_, k) => [0, 1, 2].map(
		c => terms.reduce((sum, term, i) => sum + term * splines[i][k][c], 0)));
}

// r^2 log r.
function thinPlate(light, centre) {
	const squared = centre.reduce((sum, value, i) => sum + (light[i] - value) ** 2, 0);
	return squared * Math.log(Math.max(squared, 1e-300)) / 2;
}

function bound({ largest, centres, splines }) {
	const reach = centres.map(centre => 1 + Math.hypot(...centre));
	const terms = [...reach.map(r => r * r * Math.log(1 + r)), ...Array(PLAIN_TERMS).fill(1)];
	const rows = splines.map(row => sumOfMagnitudes([1, ...largest], row.map(rgb => Math.max(...rgb.map(Math.abs)))));
	return Math.max(...largest, sumOfMagnitudes(terms, rows));
}
