// Specialises the decode shader to one decoder: a network's weights become constants of its text.
// shaders/specialise.py does the same from the same templates; golden texts hold them together.

import { lightBasis } from './linear.js';
import { render } from './template.js';

const FILES = ['decode.jinja', 'linear.jinja', 'polynomial_exp.jinja', 'baked.glsl.jinja', 'looped.glsl.jinja'];
const TARGETS = { unorm: 'nearest_level(decode(texel))', float: 'decode(texel)' };
const EXPONENTIALS = { builtin: 'exp(x)', polynomial: 'polynomial_exp(x)' };
const SMALLEST_NORMAL = 2 ** -126;

export async function loadTemplates(baseUrl) {
    const texts = await Promise.all(FILES.map(async file => {
        const response = await fetch(new URL(file, baseUrl));
        if (!response.ok) throw new Error(`The shader template ${file} could not be loaded (${response.status}).`);
        return [file, await response.text()];
    }));
    return Object.fromEntries(texts);
}

// target: 'unorm' for colours rounded to 8-bit levels, 'float' for the raw output, unclamped.
// exponential: that of ELU, 'builtin' or 'polynomial'.
export function bakedShader(decoder, templates, { target = 'unorm', exponential = 'builtin' } = {}) {
    const neural = Boolean(decoder.layers);
    return render(templates['baked.glsl.jinja'], {
        decode: neural ? render(templates['decode.jinja'], bakedNames(decoder))
            : render(templates['linear.jinja'], linearNames(decoder)),
        frame: neural ? 'frame_bias' : 'frame_weights',
        frame_size: neural ? blocks(decoder.units) : 1 + decoder.latents,
        target: TARGETS[target],
        polynomial_exp: render(templates['polynomial_exp.jinja'], {}),
        exponential: EXPONENTIALS[exponential],
    });
}

// The faster exponential on a device, by its name.
export function bestExponential(device) {
    return /llvmpipe/i.test(device) ? 'polynomial' : 'builtin';
}

export function loopedShader(decoder, templates, { target = 'unorm' } = {}) {
    const count = blocks(decoder.units);
    const inputs = blocks(decoder.latents + decoder.conditions);
    return render(templates['looped.glsl.jinja'], {
        plane_count: decoder.latents / 3,
        block_count: count,
        input_blocks: inputs,
        light_x: decoder.latents,
        light_y: decoder.latents + 1,
        weights1_size: count * 4 * inputs,
        weights2_size: count * 4 * count,
        weights3_size: 3 * count,
        target: TARGETS[target],
    });
}

// What the baked shader is given anew for each light: { name, data }, data in fours.
export function frameUniform(decoder, light) {
    return decoder.layers ? { name: 'frame_bias', data: frameBias(decoder, light) }
        : { name: 'frame_weights', data: frameWeights(decoder, light) };
}

// The RGB weights of a linear decoder's texels for one frame: what is added, then one per texel,
// the coefficients' ranges in them; the fourth of each four is zero.
export function frameWeights(decoder, light) {
    const { latentMin, latentMax } = decoder;
    const [added, ...basis] = lightBasis(decoder, light);
    const weights = new Float32Array(4 * (1 + basis.length));
    weights.set(added.map((value, c) => basis.reduce((sum, rgb, k) => sum + latentMin[k] * rgb[c], value)));
    basis.forEach((rgb, k) => weights.set(rgb.map(value => value * (latentMax[k] - latentMin[k])), 4 * (1 + k)));
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

// The weights of the looped shader: [{ name, components, data }], padded with zeros to vec4.
export function loopedUniforms(decoder) {
    const [first, second, third] = decoder.layers;
    const scale = decoder.latentMax.map((max, i) => max - decoder.latentMin[i]);
    return [
        { name: 'range_scale', components: 3, data: Float32Array.from(scale) },
        { name: 'range_offset', components: 3, data: Float32Array.from(decoder.latentMin) },
        { name: 'weights1', components: 4, data: padRows(first.weight, decoder.units) },
        { name: 'biases1', components: 4, data: padRow(first.bias) },
        { name: 'weights2', components: 4, data: padRows(second.weight, decoder.units) },
        { name: 'biases2', components: 4, data: padRow(second.bias) },
        { name: 'weights3', components: 4, data: padRows(third.weight, 3, 3) },
        { name: 'biases3', components: 3, data: Float32Array.from(third.bias) },
    ];
}

// The values of decode.jinja: vectors of four output units, one per input.
function bakedNames(decoder) {
    const { latents, units, layers: [first, second, third] } = decoder;
    const scaled = first.weight.map(row => decoder.latentMin.map(
        (min, i) => row[i] * (decoder.latentMax[i] - min)));
    const block = range(blocks(units));
    return {
        planes: range(latents / 3),
        blocks: block,
        latents: range(latents),
        units: range(units),
        latent: texels(latents),
        unit1: range(units).map(i => `unit1_${Math.floor(i / 4)}.${'xyzw'[i % 4]}`),
        unit2: range(units).map(i => `unit2_${Math.floor(i / 4)}.${'xyzw'[i % 4]}`),
        weights1: block.map(j => range(latents).map(i => column(scaled, i, 4 * j))),
        biases2: block.map(j => vec4(second.bias.slice(4 * j, 4 * j + 4))),
        weights2: block.map(j => range(units).map(i => column(second.weight, i, 4 * j))),
        biases3: vec4(third.bias),
        weights3: range(units).map(i => column(third.weight, i, 0)),
    };
}

// The values of linear.jinja: a weight, made anew for each light, for each texel.
function linearNames({ latents }) {
    return {
        planes: range(latents / 3),
        latents: range(latents),
        latent: texels(latents),
        weight: range(latents).map(i => `frame_weights[${i + 1}]`),
    };
}

// The names of the texels in the shader: three of each plane.
function texels(latents) {
    return range(latents).map(i => `plane${Math.floor(i / 3)}.${'xyz'[i % 3]}`);
}

function column(rows, index, start) {
    return vec4(rows.slice(start, start + 4).map(row => row[index]));
}

function vec4(values) {
    return `vec4f(${range(4).map(i => literal(values[i] ?? 0)).join(', ')})`;
}

// A float32 as nine decimal digits, which give it back exactly.
function literal(value) {
    const single = Math.fround(value);
    if (!Number.isFinite(single)) {
        throw new Error("A weight of the decoder, times its latent's range, exceeds float32.");
    }
    return Math.abs(single) < SMALLEST_NORMAL ? '0.0' : single.toExponential(8);
}

function padRow(row) {
    const padded = new Float32Array(4 * blocks(row.length));
    padded.set(row);
    return padded;
}

function padRows(rows, count, paddedCount = 4 * blocks(count)) {
    const width = 4 * blocks(rows[0].length);
    const padded = new Float32Array(width * paddedCount);
    rows.forEach((row, i) => padded.set(row, i * width));
    return padded;
}

function blocks(count) {
    return Math.ceil(count / 4);
}

function range(count) {
    return [...Array(count).keys()];
}
