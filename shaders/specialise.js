// Specialises the decode shader to one decoder: a network's weights become constants of its text.

import { render } from './template.js';
import { shaderText } from './texts.js';

const SMALLEST_NORMAL = 2 ** -126;
const DECODES = { frame_bias: ['decode.jinja', neuralNames], frame_weights: ['linear.jinja', linearNames] };

/** @typedef {import('./neural.js').NeuralDecoder | import('./linear.js').LinearDecoder} Decoder  of either kind */

/**
 * @param {Decoder} decoder
 * @param {{ target?: 'unorm' | 'float', exponential?: string }} options  8-bit levels, or the raw output; that of ELU
 */
export function bakedShader(decoder, { target = 'unorm', exponential = 'builtin' } = {}) {
	const { frame, latents } = decoder;
	const [template, names] = DECODES[frame];
	const common = {
		planes: range(latents / 3),
		plane: range(latents).map(k => Math.floor(k / 3)),
		channel: range(latents).map(k => 'xyz'[k % 3]),
	};
	return render(shaderText('baked.glsl.jinja'), {
		decode: render(shaderText(template), { ...common, ...names(decoder) }),
		polynomial_exp: render(shaderText('polynomial_exp.jinja'), {}),
		frame,
		frame_size: decoder.frameValues([0, 0]).length / 4,
		rounded: target === 'unorm',
		polynomial: exponential === 'polynomial',
	});
}

export const bestExponential = device => /llvmpipe|swiftshader/i.test(device) ? 'polynomial' : 'builtin';

// Vectors of four output units, one per input.
function neuralNames({ latents, units, scaledWeight, layers: [, second, third] }) {
	const blocks = range(Math.ceil(units / 4));
	return {
		blocks,
		latents: range(latents),
		units: range(units),
		block: range(units).map(i => Math.floor(i / 4)),
		lane: range(units).map(i => 'xyzw'[i % 4]),
		weights1: blocks.map(j => range(latents).map(i => column(scaledWeight, i, 4 * j))),
		biases2: blocks.map(j => four(second.bias.slice(4 * j, 4 * j + 4))),
		weights2: blocks.map(j => range(units).map(i => column(second.weight, i, 4 * j))),
		biases3: four(third.bias),
		weights3: range(units).map(i => column(third.weight, i, 0)),
	};
}

// A weight, made anew for each light, for each texel.
function linearNames({ latents, lrgb }) {
	return { latents: range(latents).slice(lrgb ? 3 : 0), row: range(latents).map(k => k + 1), lrgb };
}

const column = (rows, index, start) => four(rows.slice(start, start + 4).map(row => row[index]));
const four = values => range(4).map(i => literal(values[i] ?? 0)).join(', ');

// A float32 as nine decimal digits, which give it back exactly.
function literal(value) {
	const single = Math.fround(value);
	if (!Number.isFinite(single)) throw new Error("A weight of the decoder, times its latent's range, exceeds float32.");
	return Math.abs(single) < SMALLEST_NORMAL ? '0.0' : single.toExponential(8);
}

const range = count => [...Array(count).keys()];
