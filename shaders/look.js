// How a decoded colour is seen: the mode of reading a surface, exposure, gamma and saturation. The same as look.py;
// the modes and the ranges of their numbers are in the viewer's state/looks.js.

import { directionOf } from './decoder.js';

const DISPLAY_GAMMA = 2.2;
export const LOOK_SIZE = 4;  // vectors of four that its shader is given

/** @typedef {import('./evidence.js').ErrorField} ErrorField */

/**
 * @typedef {{ mode: string, exposure: number, gamma: number, saturation: number, kd: number, ks: number,
 *     exponent: number, diffuse: number, evidence?: ErrorField | null }} Look
 */

/**
 * What of a look is in a shader's text; null where it changes nothing.
 *
 * @typedef {{ mode: string, toned: boolean, evidence?: ErrorField | null } | null} Variant
 * @type {(look: Look) => Variant}
 */
export function variantOf({ mode, exposure, gamma, saturation, evidence }) {
	const toned = exposure !== 0 || gamma !== 1 || saturation !== 1;
	return mode === 'plain' && !toned ? null : { mode, toned, evidence };
}

// The picture beside the planes that a mode needs, or null.
export const pictureFor = mode => mode === 'plain' ? null : mode === 'evidence' ? 'evidence' : 'normals';

// Whether a mode is for decoders of a kind.
export const isFor = (mode, kind) => mode !== 'diffuse' || kind === 'ptm';

/**
 * What its shader is given for a light [x, y], or a view and a light, in fours.
 *
 * @param {Look} look
 * @param {number[]} conditions
 */
export function lookValues({ exposure, gamma, saturation, kd, ks, exponent, diffuse, evidence }, conditions) {
	const [x, y] = conditions.slice(-2);
	if (evidence) return evidence.values([x, y]);
	const view = directionOf(conditions.length > 2 ? conditions : [0, 0]);
	const half = directionOf([x, y]).map((at, axis) => at + view[axis]);
	const length = Math.hypot(...half);
	return new Float32Array([
		2 ** (exposure / DISPLAY_GAMMA), 1 / gamma, saturation, 0,
		...half.map(at => at / length), 0,
		kd, ks, exponent, 0,
		x, y, diffuse - 1, 0,
	]);
}
