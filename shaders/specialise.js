// Specialises the decode shader to one decoder: a network's weights become constants of its text.

import { lightBasis } from './linear.js';
import { render } from './template.js';

const FILES = ['decode.jinja', 'linear.jinja', 'polynomial_exp.jinja', 'baked.glsl.jinja'];
const TARGETS = { unorm: 'nearest_level(decode(texel))', float: 'decode(texel)' };
const EXPONENTIALS = { builtin: 'exp(x)', polynomial: 'polynomial_exp(x)' };
const SMALLEST_NORMAL = 2 ** -126;

export async function loadTemplates() {
	return Object.fromEntries(await Promise.all(FILES.map(async file => {
		const response = await fetch(new URL(file, import.meta.url));
		if (!response.ok) throw new Error(`The shader template ${file} could not be loaded (${response.status}).`);
		return [file, await response.text()];
	})));
}

// target: 'unorm' for 8-bit levels, 'float' for the raw output; exponential: that of ELU.
export function bakedShader(decoder, templates, { target = 'unorm', exponential = 'builtin' } = {}) {
	const { layers, units, latents } = decoder;
	const names = { planes: range(latents / 3), latents: range(latents), latent: components('plane', latents, 'xyz') };
	return render(templates['baked.glsl.jinja'], {
		decode: layers ? render(templates['decode.jinja'], { ...names, ...bakedNames(decoder) })
			: render(templates['linear.jinja'], { ...names, ...linearNames(decoder) }),
		frame: layers ? 'frame_bias' : 'frame_weights',
		frame_size: layers ? blocks(units) : 1 + latents,
		target: TARGETS[target],
		polynomial_exp: render(templates['polynomial_exp.jinja'], {}),
		exponential: EXPONENTIALS[exponential],
	});
}

export const bestExponential = device => /llvmpipe|swiftshader/i.test(device) ? 'polynomial' : 'builtin';

// What the shader is given anew for each light; data in fours.
export function frameUniform(decoder, light) {
	const [name, make] = decoder.layers ? ['frame_bias', frameBias] : ['frame_weights', frameWeights];
	return { name, data: make(decoder, light) };
}

// The RGB weights of a linear decoder's texels for one frame: what is added, then one per texel, the
// coefficients' ranges in them. With `lrgb` the first two of the colour are its offset and scale.
function frameWeights(decoder, light) {
	const { latentMin, latentMax, lrgb } = decoder;
	const scale = latentMax.map((max, k) => max - latentMin[k]);
	const [added, ...basis] = lightBasis(decoder, light);
	const weights = new Float32Array(4 * (1 + basis.length));
	weights.set(added.map((value, c) => basis.reduce((sum, rgb, k) => sum + latentMin[k] * rgb[c], value)));
	basis.forEach((rgb, k) => weights.set(rgb.map(value => value * scale[k]), 4 * (1 + k)));
	if (lrgb) [latentMin, scale].forEach((row, i) => weights.set(row.slice(0, 3), 4 * (1 + i)));
	return weights;
}

// The first layer's bias for one frame: the light's and the latent offsets' share is in it.
export function frameBias(decoder, condition) {
	const { weight, bias } = decoder.layers[0];
	const inputs = [...decoder.latentMin, ...condition];
	const padded = new Float32Array(4 * blocks(decoder.units));
	weight.forEach((row, unit) => {
		padded[unit] = inputs.reduce((sum, input, i) => sum + row[i] * input, bias[unit]);
	});
	return padded;
}

// For decode.jinja: vectors of four output units, one per input.
function bakedNames(decoder) {
	const { latents, units, layers: [first, second, third] } = decoder;
	const scaled = first.weight.map(row => decoder.latentMin.map((min, i) => row[i] * (decoder.latentMax[i] - min)));
	const block = range(blocks(units));
	return {
		blocks: block,
		units: range(units),
		unit1: components('unit1_', units, 'xyzw'),
		unit2: components('unit2_', units, 'xyzw'),
		weights1: block.map(j => range(latents).map(i => column(scaled, i, 4 * j))),
		biases2: block.map(j => vec4(second.bias.slice(4 * j, 4 * j + 4))),
		weights2: block.map(j => range(units).map(i => column(second.weight, i, 4 * j))),
		biases3: vec4(third.bias),
		weights3: range(units).map(i => column(third.weight, i, 0)),
	};
}

// For linear.jinja: a weight, made anew for each light, for each texel.
function linearNames({ latents, lrgb }) {
	return {
		latents: range(latents).slice(lrgb ? 3 : 0),
		weight: range(latents).map(i => `frame_weights[${i + 1}]`),
		sum: lrgb ? 'luminance' : 'rgb',
		colour: lrgb ? '\n    let rgb = luminance * (frame_weights[1] + frame_weights[2] * plane0);' : '',
	};
}

function components(vector, count, axes) {
	return range(count).map(i => `${vector}${Math.floor(i / axes.length)}.${axes[i % axes.length]}`);
}

const column = (rows, index, start) => vec4(rows.slice(start, start + 4).map(row => row[index]));
const vec4 = values => `vec4f(${range(4).map(i => literal(values[i] ?? 0)).join(', ')})`;

// A float32 as nine decimal digits, which give it back exactly.
function literal(value) {
	const single = Math.fround(value);
	if (!Number.isFinite(single)) throw new Error("A weight of the decoder, times its latent's range, exceeds float32.");
	return Math.abs(single) < SMALLEST_NORMAL ? '0.0' : single.toExponential(8);
}

const blocks = count => Math.ceil(count / 4);
const range = count => [...Array(count).keys()];
