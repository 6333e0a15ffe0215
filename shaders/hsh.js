// Hemispherical harmonics (Gautron et al. 2004), orthonormal over the hemisphere. Within a band they go from
// cos(l phi) to sin(l phi), with the signs that Relight and RTIViewer give them.

/** @type {import('./model.js').LinearModel} */
export const HSH = {
	name: 'hsh',
	sizes: Object.fromEntries([1, 2, 3].map(
		order => [3 * (order + 1) ** 2, { order, colorspace: 'rgb', label: `HSH(${order})` }])),
	terms,
	lowest: Math.sin(0.15),  // as in OpenLIME: it swings where no light was
};

/** @param {number[]} light */
function terms([x, y, z], order) {
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
