// The relief of a surface that cameras saw: how far each place lies above or below the plane that pictures are
// rectified to. The same as heights.py.

import { check } from './errors.js';

export const LARGEST_HEIGHT = 1000;  // pixels
const LEAST_Z = 1 / 16;  // of a view: from lower down the parallax grows no more
const PART = 256;  // positions are in these parts of a pixel
const MOST_HALVINGS = 6;  // of the ray: at most 64 looks

export class Relief {
	/**
	 * Heights in pixels, of the levels 0 and 255 of its picture.
	 *
	 * @param {number} low
	 * @param {number} high
	 */
	constructor(low, high) {
		check(-LARGEST_HEIGHT <= low && low < high && high <= LARGEST_HEIGHT,
			`the heights of its relief are not between two limits of up to ${LARGEST_HEIGHT}`);
		this.low = low;
		this.high = high;
	}

	/**
	 * How a ray to a camera in the direction [x, y] passes over the surface: eight whole numbers, as heights.py has it.
	 *
	 * @param {number[]} view
	 */
	march([x, y]) {
		const { low, high } = this;
		const z = Math.max(Math.sqrt(Math.max(0, 1 - x * x - y * y)), LEAST_Z);
		const [across, down] = [PART * x / z, -PART * y / z];
		const start = [whole(across * low), whole(down * low)];
		const way = [whole(across * (high - low)), whole(down * (high - low))];
		const longest = Math.max(...way.map(Math.abs));
		let halvings = 0;
		while (halvings < MOST_HALVINGS && longest > PART << halvings) halvings++;
		return [...start, ...way, halvings, 0, 0, 0];
	}
}

const whole = value => Math.floor(value + 0.5);
