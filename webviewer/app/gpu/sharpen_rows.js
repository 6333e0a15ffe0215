// The modes that look about a pixel, of rows of the whole picture: as renderer/gpu/sharpen.py has them.

import { directionOf } from '../shaders/decoder.js';
import { blurred } from './blur.js';

const LUMINANCE = [0.2126, 0.7152, 0.0722];
export const AMBIENT = 0.2;  // of the light from above

/**
 * Of rows of pixels, RGBA with alpha for how much is of the object, those from `first` on, `count` of them.
 *
 * @param {{ pixels: Uint8Array | Float32Array, normals: Uint8Array | null, width: number, light: number[] }} rows  normals
 *     as levels, RGBA, where the mode is of the surface
 * @param {Look} look
 * @param {number} first
 * @param {number} count
 */
export function sharpenRows({ pixels, normals, width, light }, look, first, count) {
	const white = pixels instanceof Uint8Array ? 255 : 1;
	const padded = new Padded(width, pixels.length / 4 / width, i => pixels[4 * i + 3] / white);
	const source = normals ?? pixels;
	const channels = [0, 1, 2].map(c => padded.plane(i => source[4 * i + c] / (normals ? 255 : white)));
	const means = padded.means(channels, look.radius);
	const make = MODES[look.mode](look, { padded, channels, means, towards: directionOf(light) });
	const sharp = pixels.slice(4 * width * first, 4 * width * (first + count));
	for (let i = 0; i < width * count; i++) {
		const at = i + width * first;
		if (!pixels[4 * at + 3]) continue;
		const own = [0, 1, 2].map(c => pixels[4 * at + c] / white);
		make(own, padded.place(at)).forEach((value, c) => {
			sharp[4 * i + c] = white === 255 ? Math.min(255, Math.max(0, Math.round(255 * value))) : value;
		});
	}
	return sharp;
}

// Each gives what makes a pixel's colour, from its own and its place.
const MODES = {
	'unsharp': ({ amount }, { channels, means }) => (own, at) => {
		const more = channels.reduce((sum, channel, c) => sum + LUMINANCE[c] * (channel[at] - means[c][at]), 0);
		return own.map(value => value + amount * more);
	},
	'unsharp-picture': ({ amount }, { channels, means }) => (own, at) => own.map(
		(value, c) => value + amount * (channels[c][at] - means[c][at])),
	'unsharp-normals': ({ amount }, { channels, means, towards }) => (own, at) => {
		const normal = channels.map(channel => 2 * channel[at] - 1);
		const sharp = normal.map((value, c) => value + 2 * amount * (channels[c][at] - means[c][at]));
		const [before, after] = [normal, sharp].map(
			vector => AMBIENT + Math.max(0, vector.reduce((sum, value, c) => sum + value * towards[c], 0) / Math.hypot(...vector)));
		return own.map(value => value * after / before);
	},
	'curvature': ({ amount, radius }, { padded: { columns }, means: [x, y] }) => (_, at) => {
		const spread = 2 * (x[at + 1] - x[at - 1] + y[at - columns] - y[at + columns]);
		return Array(3).fill(0.5 + amount * radius / 2 * spread);
	},
};

// Planes with a pixel of nothing about them.
class Padded {
	constructor(width, height, on) {
		this.width = width;
		this.height = height;
		this.columns = width + 2;
		this.on = this.plane(on);
	}

	place(i) {
		return (Math.floor(i / this.width) + 1) * this.columns + i % this.width + 1;
	}

	plane(valueOf) {
		const plane = new Float64Array(this.columns * (this.height + 2));
		for (let i = 0; i < this.width * this.height; i++) plane[this.place(i)] = valueOf(i);
		return plane;
	}

	// Gaussian means over the pixels of the object; of what is far from it they are in the middle.
	means(channels, deviation) {
		const { on, columns, height } = this;
		const blur = plane => blurred(plane, columns, height + 2, deviation);
		const weights = blur(on);
		return channels.map(channel => blur(channel.map((value, i) => value * on[i])).map((sum, i) => weights[i] > 0 ? sum / weights[i] : 0.5));
	}
}
