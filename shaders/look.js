// How a decoded colour is seen: the mode of reading a surface, exposure, gamma and saturation. The same as look.py;
// the modes and the ranges of their numbers are in the viewer's state/looks.js.

const DISPLAY_GAMMA = 2.2;
export const LOOK_SIZE = 4;  // vectors of four that its shader is given

/**
 * @typedef {{ mode: string, exposure: number, gamma: number, saturation: number, kd: number, ks: number,
 *     exponent: number, diffuse: number }} Look
 */

/**
 * What of a look is in a shader's text; null where it changes nothing.
 *
 * @typedef {{ mode: string, toned: boolean } | null} Variant
 * @type {(look: Look) => Variant}
 */
export function variantOf({ mode, exposure, gamma, saturation }) {
	const toned = exposure !== 0 || gamma !== 1 || saturation !== 1;
	return mode === 'plain' && !toned ? null : { mode, toned };
}

export const needsNormals = mode => mode !== 'plain';

// Whether a mode is for decoders of a kind.
export const isFor = (mode, kind) => mode !== 'diffuse' || kind === 'ptm';

/**
 * What its shader is given for a light [x, y], or a view and a light, in fours.
 *
 * @param {Look} look
 * @param {number[]} conditions
 */
export function lookValues({ exposure, gamma, saturation, kd, ks, exponent, diffuse }, conditions) {
	const [x, y] = conditions.slice(-2);
	const view = direction(conditions.length > 2 ? conditions : [0, 0]);
	const half = direction([x, y]).map((at, axis) => at + view[axis]);
	const length = Math.hypot(...half);
	return new Float32Array([
		2 ** (exposure / DISPLAY_GAMMA), 1 / gamma, saturation, 0,
		...half.map(at => at / length), 0,
		kd, ks, exponent, 0,
		x, y, diffuse - 1, 0,
	]);
}

/** @param {number[]} conditions  x and y, and others */
const direction = ([x, y]) => [x, y, Math.sqrt(Math.max(0, 1 - x * x - y * y))];
