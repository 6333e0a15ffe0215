// Polynomial texture maps (Malzbender et al. 2001): a quadratic in the light's x and y, in Relight's order.

/** @type {import('./model.js').LinearModel} */
export const PTM = {
	name: 'ptm',
	sizes: { 9: { order: 2, colorspace: 'lrgb', label: 'PTM(LRGB)' }, 18: { order: 2, colorspace: 'rgb', label: 'PTM' } },
	terms: ([x, y]) => [1, x, y, x * x, x * y, y * y],
};
