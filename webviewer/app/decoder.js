// Reads `info.json`, ours, the published trainer's and Relight's, into a decoder, as renderer/info.py
// does. Latents come out in the channel order of the plane files, the output as RGB.

import { check, numbers, triples } from './checks.js';
import { unpackLinear } from './linear.js';

const TYPES = ['neural', 'ptm', 'hsh', 'rbf'];
const ENDINGS = ['png', 'webp', 'jpg', 'dzi'];     // of planes that are not listed
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const MAX_UNITS = 64;
const MAX_LATENTS = 27;

// Returns { width, height, latents, units, parameters, latentMin, latentMax, planeFiles:
// [[[name, ...], ...], ...], maskFile, provenance, lights: [[x, y], ...] or null, pixelSize: mm or
// null }, and { conditions, layers: [{ weight, bias }] } of a neural image, what `unpackLinear` returns
// of a linear one, where units is 0; all numbers are float32 values. Throws an Error whose message is
// a sentence for the user.
export function parseInfo(info) {
    check(TYPES.includes(info?.type), `its type is ${JSON.stringify(info?.type)}, where ${TYPES.join(', ')} are known`);
    for (const key of ['width', 'height']) {
        check(Number.isInteger(info[key]) && info[key] > 0, `its ${key} is not a positive whole number`);
    }
    const { raking: ours = null, pixelSizeInMM: pixelSize = null } = info;
    check(ours === null || ours.version === 1, `its raking version is ${ours?.version}, where 1 is known`);
    check(pixelSize === null || (Number.isFinite(pixelSize) && pixelSize > 0), 'its pixelSizeInMM is not above 0');
    const provenance = ours?.provenance ?? {};
    check(provenance instanceof Object && (ours?.levels ?? []) instanceof Array, 'its provenance or levels cannot be');
    const lights = triples(info.lights ?? [], 'lights').map(([x, y]) => [x, y]);
    const decoder = info.type === 'neural' ? neuralDecoder(info) : linearDecoder(info);
    const latents = decoder.latentMin.length;
    return {
        ...decoder,
        width: info.width,
        height: info.height,
        latents,
        lights: lights.length ? lights : null,
        pixelSize,
        planeFiles: planeFiles(info, latents / 3),
        maskFile: ours?.mask ? fileName(ours.mask) : null,
        provenance,
    };
}

function neuralDecoder(info) {
    const colorspace = info.colorspace ?? 'rgb';
    check(['rgb', 'bgr'].includes(colorspace), 'its colorspace is neither "rgb" nor "bgr"');
    const decoder = canonical(unpackDecoder(info), colorspace);
    checkDecoder(decoder);
    const { layers } = decoder;
    return {
        ...decoder,
        units: layers[0].bias.length,
        parameters: layers.reduce((sum, { weight, bias }) => sum + bias.length * (weight[0].length + 1), 0),
    };
}

function linearDecoder(info) {
    const decoder = unpackLinear(info);
    return { ...decoder, units: 0, parameters: decoder.splines?.flat(2).length ?? 0 };
}

// Unpacks the padded lists. Widths come from their lengths, since `samples` may be wrong.
function unpackDecoder(info) {
    const ours = info.raking;
    const conditions = ours?.conditions ?? 2;
    const latentMin = numbers(info.min, 'min');
    const latentMax = numbers(info.max, 'max');
    const [bias1, bias2, bias3] = threeLists(info.biases, 'biases');
    const [flat1, flat2, flat3] = threeLists(info.weights, 'weights');
    const inputs = latentMin.length + conditions;
    const rows = bias1.length;
    check(bias2.length === rows && bias3.length === 3, 'the lengths of its biases do not fit together');
    const first = unpack(flat1, rows, roundUp(inputs), 1);
    const second = unpack(flat2, rows, roundUp(rows), 2);
    const third = unpack(flat3, 3, roundUp(rows), 3);
    const units = ours ? ours.layers?.[1] : usedUnits(first, second, third, bias1, bias2);
    check(!ours || String(ours.layers) === String([inputs, units, units, 3]),
        'its layer widths do not fit its latents and condition inputs');
    check(units > rows - 4 && units <= rows, `${units} units are announced, but there are ${rows} biases`);
    return {
        conditions,
        activation: ours?.activation ?? 'elu',
        latentMin,
        latentMax,
        layers: [
            { weight: first.slice(0, units).map(row => row.slice(0, inputs)), bias: bias1.slice(0, units) },
            { weight: second.slice(0, units).map(row => row.slice(0, units)), bias: bias2.slice(0, units) },
            { weight: third.map(row => row.slice(0, units)), bias: bias3 },
        ],
    };
}

// The units left without the all-zero ones, three at most, that pad to a multiple of 4.
function usedUnits(first, second, third, bias1, bias2) {
    const unused = i => !bias1[i] && !bias2[i] && [first[i], second[i]].every(row => row.every(x => !x))
        && [...second, ...third].every(row => !row[i]);
    let units = first.length;
    while (units > first.length - 3 && units > 1 && unused(units - 1)) units--;
    return units;
}

// With "bgr" the latents of a plane and the output are blue first.
function canonical(decoder, colorspace) {
    if (colorspace === 'rgb') return decoder;
    const [first, second, third] = decoder.layers;
    const latents = decoder.latentMin.length;
    const swap = list => list.map((value, i) => i < latents ? list[i - i % 3 + 2 - i % 3] : value);
    return {
        ...decoder,
        latentMin: swap(decoder.latentMin),
        latentMax: swap(decoder.latentMax),
        layers: [
            { weight: first.weight.map(swap), bias: first.bias },
            second,
            { weight: third.weight.toReversed(), bias: third.bias.toReversed() },
        ],
    };
}

function checkDecoder({ latentMin, latentMax, conditions, activation, layers }) {
    const latents = latentMin.length;
    const units = layers[0].bias.length;
    check(latents % 3 === 0 && latents >= 3 && latents <= MAX_LATENTS,
        `it has ${latents} latents, where a multiple of 3 up to ${MAX_LATENTS} is needed`);
    check(units >= 1 && units <= MAX_UNITS, `it has ${units} units, where 1 to ${MAX_UNITS} are supported`);
    check(conditions === 2, `its decoder has ${conditions} condition inputs, where this viewer has 2, a light`);
    check(activation === 'elu', 'its activation is not "elu"');
    check(latentMax.length === latents, 'its latent ranges (min and max) differ in length');
    check(latentMin.every((min, i) => latentMax[i] > min), 'a latent range is empty or reversed');
}

// The ways that the planes may be numbered: for every plane the names that it may have. The
// published trainer counts from 0, OpenLIME from 1.
function planeFiles(info, count) {
    if (info.raking) {
        const names = info.raking.planes;
        check(Array.isArray(names) && names.length === count, 'it lists too few or too many planes');
        return [names.map(name => [fileName(name)])];
    }
    return [0, 1].map(first => [...Array(count).keys()].map(
        i => ENDINGS.map(ending => `plane_${i + first}.${ending}`)));
}

function fileName(name) {
    check(typeof name === 'string' && FILE_NAME.test(name), `it names the picture ${JSON.stringify(name)}, which is not a plain file name`);
    return name;
}

function threeLists(lists, what) {
    check(Array.isArray(lists) && lists.length === 3, `its ${what} are not three lists`);
    return lists.map((list, i) => numbers(list, `${what} of layer ${i + 1}`));
}

function unpack(flat, rows, columns, layer) {
    check(flat.length === rows * columns,
        `the weights of layer ${layer} are ${flat.length} values, where ${rows * columns} are needed`);
    return [...Array(rows).keys()].map(i => flat.slice(i * columns, (i + 1) * columns));
}

function roundUp(count) {
    return Math.ceil(count / 4) * 4;
}
