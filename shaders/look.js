// How a decoded colour is seen: the mode of reading a surface, exposure, gamma and saturation. The same as look.py;
// the modes and the ranges of their numbers are in the viewer's state/looks.js.

import { directionOf } from './decoder.js';

const DISPLAY_GAMMA = 2.2;
// Modes that are made of the picture at last, with what lies about a pixel, and those that light each place from where its
// relief shows best.
export const OF_NEIGHBOURS = ['unsharp', 'unsharp-picture', 'unsharp-normals', 'curvature'];
export const OF_LIGHTS = ['multi-light', 'multi-light-static'];
export const OF_COLOURS = ['plain', 'unsharp', 'unsharp-picture'];  // what needs no picture beside the planes
export const OF_SURFACE = ['normals', 'curvature'];  // light and colour are left out
const FIRST = [1, 1, 1, 0];  // a white light alone
export const LOOK_SIZE = 5;  // vectors of four that its shader is given

/** @typedef {import('./evidence.js').ErrorField} ErrorField */

/**
 * @typedef {{ mode: string, exposure: number, gamma: number, saturation: number, kd: number, ks: number,
 *     exponent: number, diffuse: number, radius: number, amount: number, spread: number, raking: number, area: number,
 *     red: number, green: number, blue: number, second: number, azimuth2: number, elevation2: number, evidence?: ErrorField | null,
 *     fan?: { sum: (at: any, look: any, conditions: number[], valuesOf: (conditions: number[]) => any) => any } | null }} Look
 */

/**
 * What of a look is in a shader's text; null where it changes nothing. grounded: whether the ground is where the object is not.
 *
 * @typedef {{ shading: string, share: boolean, toned: boolean, coloured: boolean, second: boolean, evidence?: ErrorField | null, grounded?: boolean } | null} Variant
 * @type {(look: Look) => Variant}
 */
export function variantOf({ mode, exposure, gamma, saturation, red, green, blue, second, evidence }) {
	const toned = exposure !== 0 || gamma !== 1 || saturation !== 1;
	const coloured = [red, green, blue, second].some((value, i) => value !== FIRST[i]) && ![...OF_SURFACE, 'evidence'].includes(mode);
	const [shading, share] = [shadingOf(mode), OF_LIGHTS.includes(mode)];
	return !toned && !coloured && !share && shading === 'plain' ? null
		: { shading, share, toned, coloured, second: coloured && second > 0, evidence };
}

// The mode of what a pixel is by itself, before its neighbours or other lights count.
const shadingOf = mode => mode === 'curvature' ? 'normals' : [...OF_NEIGHBOURS, ...OF_LIGHTS].includes(mode) ? 'plain' : mode;

// What a decoder is told of the second light.
/** @type {(look: Look, conditions: number[]) => number[]} */
export function secondConditions({ azimuth2, elevation2 }, conditions) {
	const [azimuth, elevation] = [azimuth2, elevation2].map(degrees => degrees * Math.PI / 180);
	return [...conditions.slice(0, -2), ...[Math.cos(azimuth), Math.sin(azimuth)].map(at => at * Math.cos(elevation))];
}

// The picture beside the planes that a mode needs, or null.
export const pictureFor = mode => OF_COLOURS.includes(mode) ? null : mode === 'evidence' ? mode : 'normals';

// Whether a mode is for decoders of a kind.
export const isFor = (mode, kind) => mode !== 'diffuse' || kind === 'ptm';

/**
 * What its shader is given for a light [x, y], or a view and a light, in fours.
 *
 * @param {Look} look
 * @param {number[]} conditions
 */
export function lookValues({ exposure, gamma, saturation, kd, ks, exponent, diffuse, red, green, blue, second, evidence }, conditions) {
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
		red, green, blue, second,
	]);
}
