// How far a pixel is supported by photographs under a light: the error that is to be expected. The same as
// evidence.py; loaded when it is first asked for.

import { directionOf } from './decoder.js';
import { layerCount, placeOf } from './layers.js';

const OWN = 3;  // texels of a pixel beside its latents'
// Errors, in levels of 255, from which on each colour counts; between them colours blend.
export const SCALE = [2, 4, 8, 16, 32];
export const COLOURS = ['2c7bb6', 'abd9e9', 'ffffbf', 'fdae61', 'd7191c'];  // for each, the colour

export class ErrorField {
	colours = COLOURS.map(text => [0, 2, 4].map(at => parseInt(text.slice(at, at + 2), 16) / 255));

	/** @param {{ rows: number[][], lights: number[][], spacing: number, leftOut: number }} parts  a row for each photograph's light, [x, y]; the spacing in degrees */
	constructor({ rows, lights, spacing, leftOut }) {
		this.rows = rows;
		this.lights = lights.map(directionOf);
		this.spacing = spacing * Math.PI / 180;
		this.leftOut = leftOut;
	}

	/**
	 * What its shader is given for a light [x, y], in fours: first how many steps of the scale lie below, then
	 * what each texel adds, layer by layer, its own layer last.
	 *
	 * @param {number[]} light
	 */
	values(light) {
		const { rows, lights, spacing, leftOut } = this;
		const towards = directionOf(light);
		const angles = lights.map(other => Math.acos(Math.min(1, Math.max(-1, dot(other, towards)))));
		const nearest = Math.min(...angles);
		const shares = angles.map(angle => Math.exp((nearest ** 2 - angle ** 2) / spacing ** 2));
		const all = shares.reduce((sum, share) => sum + share);
		const away = nearest / spacing;
		const [first, ...others] = rows[0].map((_, k) => dot(shares, rows.map(row => row[k])) / all);
		const latents = others.length - OWN;
		const own = layerCount(latents / 3);
		const values = new Float32Array(4 * (2 + own));
		values[0] = first + Math.log2(1 + leftOut * away * Math.max(1, away)) / 2 + Math.log2(255 / SCALE[0]);
		others.forEach((weight, k) => {
			const [layer, channel] = k < latents ? placeOf(k) : [own, k - latents];
			values[4 + 4 * layer + channel] = weight;
		});
		return values;
	}
}

const dot = (a, b) => a.reduce((sum, at, i) => sum + at * b[i], 0);
