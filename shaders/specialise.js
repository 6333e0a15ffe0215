// Specialises the decode shader to one decoder: a network's weights become constants of its text.

import { layerCount, placeOf } from './layers.js';
import { LOOK_SIZE } from './look.js';
import { NetworkDecoder } from './network.js';
import { render } from './template.js';
import { shaderText } from './texts.js';

const SMALLEST_NORMAL = 2 ** -126;

/** @typedef {import('./network.js').NetworkDecoder | import('./linear.js').LinearDecoder} Decoder  of either kind */

/**
 * The fragment shader of a decoder, and the vertex shader that goes with it.
 *
 * @param {Decoder} decoder
 * @param {{ target?: 'unorm' | 'float', exponential?: string, varyings?: number, variant?: import('./look.js').Variant }} options  8-bit levels, or the
 *     raw output; that of ELU; how many of the vectors that follow the light may be flat varyings; how the
 *     colours are seen
 */
export function bakedShader(decoder, { target = 'unorm', exponential = 'builtin', varyings = 0, variant = null } = {}) {
	const { latents } = decoder;
	const { coloured = false, second = false, share = false, grounded = false } = variant ?? {};
	const changes = Boolean(variant && (variant.shading !== 'plain' || variant.toned || coloured));
	const each = decoder.frameValues(Array(decoder.conditions).fill(0)).length / 4;
	const size = second ? 2 * each : each;
	const flat = Math.min(varyings, size);
	const layers = layerCount(latents / 3);
	const lookSize = !changes ? 0 : variant?.evidence ? layers + 2 : LOOK_SIZE;
	const lookFlat = varyings - flat >= lookSize ? lookSize : 0;
	const given = range(size).map(i => i < flat ? `flat_frame[${i}]` : `frame[${i}]`);
	const network = decoder instanceof NetworkDecoder;
	const [template, makeNames] = network
		? ['decode.jinja', names => networkNames(decoder, names.values())] : ['linear.jinja', names => linearNames(decoder, names)];
	const common = {
		layers: range(layers),
		layer: range(latents).map(k => placeOf(k)[0]),
		channel: range(latents).map(k => 'xyzw'[placeOf(k)[1]]),
	};
	const decode = names => render(shaderText(template), { ...common, ...makeNames(names) });
	const decoded = coloured ? 'lit(texel)' : 'decode(texel)';
	const fragment = render(shaderText('baked.glsl.jinja'), {
		decode: decode(given.slice(0, each)),
		decode_second: second ? decode(given.slice(each)) : '',
		second,
		coloured,
		activated: network ? render(shaderText('activation.jinja'), { parabola: decoder.activation === 'parabola' }) : '',
		elu: network && decoder.activation === 'elu',
		polynomial_exp: render(shaderText('polynomial_exp.jinja'), {}),
		frame_size: size,
		uniforms: flat < size,
		flat,
		look: variant && changes ? lookBody(variant, decoder) : '',
		look_size: lookSize,
		look_flat: lookFlat,
		look_uniforms: lookSize > lookFlat,
		share: share ? render(shaderText('share.jinja'), {}) : '',
		shown: `${share ? 'share * ' : ''}${changes ? `seen(${decoded}, texel)` : decoded}`,
		grounded,
		rounded: target === 'unorm',
		polynomial: exponential === 'polynomial',
	});
	return { fragment, vertex: coverShader(size, flat, lookFlat) };
}

// What makes a decoded colour seen; the normals, or the evidence, are the layer after the others.
/** @type {(variant: NonNullable<import('./look.js').Variant>, decoder: any) => string} */
function lookBody({ shading, toned, evidence }, decoder) {
	const layers = layerCount(decoder.latents / 3);
	if (evidence) return render(shaderText('evidence.jinja'), scale(evidence.colours, layers + 1));
	const [only_normals, specular, diffuse] = ['normals', 'specular', 'diffuse'].map(name => name === shading);
	const names = { only_normals, specular, diffuse, toned, normals: layers };
	return render(shaderText('look.jinja'), { ...names, ...diffuse ? secondOrder(decoder) : { lrgb: false } });
}

// The colours of the scale of evidence, and the names of what each of the layers adds.
function scale(colours, layers) {
	const [first, ...others] = colours;
	return {
		first_colour: `vec4f(${four(first)})`,
		to_next: others.map((colour, i) => `vec4f(${four(colour.map((at, axis) => at - colours[i][axis]))})`),
		between: range(others.length),
		layers: range(layers),
		weights: range(layers).map(i => `look[${i + 1}]`),
	};
}

// What makes coefficients of the texels of the planes that hold a PTM's second-order terms.
function secondOrder({ latentMin, latentMax, lrgb }) {
	const planes = lrgb ? { own: 0, xx: 2 } : { xx: 3, xy: 4, yy: 5 };
	const scale = latentMax.map((most, k) => Math.fround(most - latentMin[k]));
	return Object.fromEntries([['lrgb', lrgb], ...Object.entries(planes).flatMap(([name, plane]) => [
		[name, texelsOf(plane)],
		[`${name}_scale`, four(scale.slice(3 * plane, 3 * plane + 3))],
		[`${name}_offset`, four(latentMin.slice(3 * plane, 3 * plane + 3))],
	])]);
}

// The texels of one plane.
function texelsOf(plane) {
	const layers = [0, 1, 2].map(c => placeOf(3 * plane + c)[0]);
	if (layers[0] === layers[1]) return `latents(${layers[0]}, texel)`;
	return `vec4f(${layers.map(layer => `latents(${layer}, texel).w`).join(', ')}, 0.0)`;
}

// One triangle over the whole target; with it go `flat` of the `size` vectors that follow the light, and those of a look.
export function coverShader(size = 0, flat = 0, lookFlat = 0) {
	return render(shaderText('cover.glsl.jinja'), {
		placed: size > 0, frame_size: size, flat, varyings: range(flat), look_flat: lookFlat, look_varyings: range(lookFlat),
	});
}

const isSoftware = device => /llvmpipe|swiftshader/i.test(device);
export const bestExponential = device => isSoftware(device) ? 'polynomial' : 'builtin';
// A uniform costs a software renderer as much as a sum, and hardware nothing.
export const bestVaryings = (device, limit) => isSoftware(device) ? limit : 0;

/**
 * Vectors of four output units, one per input: constants, or given.
 *
 * @param {import('./network.js').NetworkDecoder} decoder
 * @param {Iterator<string>} given
 */
function networkNames(decoder, given) {
	const { latents, units, follows } = decoder;
	const names = {
		blocks: range(Math.ceil(units / 4)),
		latents: range(latents),
		units: range(units),
		block: range(units).map(i => Math.floor(i / 4)),
		lane: range(units).map(i => 'xyzw'[i % 4]),
		output: 0,
	};
	decoder.texelLayers(Array(decoder.conditions).fill(0)).forEach(({ weight, bias }, i) => {
		const [weights, biases] = follows[i];
		names[`biases${i + 1}`] = vectors(bias.map(value => [value]), biases && given).flat();
		names[`weights${i + 1}`] = vectors(weight, weights && given);
	});
	return names;
}

// Vectors of four rows, in columns: block by block.
function vectors(rows, given) {
	return range(Math.ceil(rows.length / 4)).map(block => range(rows[0].length).map(
		i => given ? given.next().value : `vec4f(${column(rows, i, 4 * block)})`));
}

// A weight, made anew for each light, for each texel.
function linearNames({ latents, lrgb }, given) {
	const [added, ...weights] = given;
	const [offset, scale] = weights;
	return { latents: range(latents).slice(lrgb ? 3 : 0), added, weights, lrgb, offset, scale };
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
