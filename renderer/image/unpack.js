// The decoder that the keys of an info.json describe. Latents come out in the channel order of the plane files,
// the output as RGB.

import { check } from '../../shaders/errors.js';
import { HyperDecoder } from '../../shaders/hyper.js';
import { LinearDecoder } from '../../shaders/linear.js';
import { NeuralDecoder } from '../../shaders/neural.js';
import { doubles, isObject, numbers, rowsOf, triples } from './checks.js';

/** @param {any} info */
export function unpacked(info) {
	const unpack = { neural: neuralDecoder, hyper: hyperDecoder }[info.type] ?? linearDecoder;
	return unpack(info);
}

// Unpacks the padded lists; widths come from their lengths, since `samples` may be wrong. With "bgr"
// the latents of a plane and the output are blue first.
function neuralDecoder({ min, max, weights, biases, colorspace = 'rgb', raking: ours }) {
	const { conditions = 2, activation, layers } = ours ?? {};
	check(['rgb', 'bgr'].includes(colorspace), 'its colorspace is neither "rgb" nor "bgr"');
	const latentMin = numbers(min, 'min');
	const latents = latentMin.length;
	const [bias1, bias2, bias3] = threeLists(biases, 'biases');
	const [flat1, flat2, flat3] = threeLists(weights, 'weights');
	const inputs = latents + conditions;
	const rows = bias1.length;
	check(bias2.length === rows && bias3.length === 3, 'the lengths of its biases do not fit together');
	const first = unpack(flat1, rows, inputs, 1);
	const second = unpack(flat2, rows, rows, 2);
	const third = unpack(flat3, 3, rows, 3);
	const units = ours ? layers?.[1] : usedUnits(first, second, third, bias1, bias2);
	const widths = [inputs, units, units, 3];
	check(!ours || (Array.isArray(layers) && layers.length === 4 && widths.every((width, i) => layers[i] === width)),
		`its layer widths do not fit its latents and ${conditions} condition inputs`);
	check(units > rows - 4 && units <= rows, `${units} units are announced, but there are ${rows} biases`);
	const ordered = list => colorspace === 'rgb' ? list
		: list.map((value, i) => i < latents ? list[i - i % 3 + 2 - i % 3] : value);
	return new NeuralDecoder({
		latentMin: ordered(latentMin),
		latentMax: ordered(numbers(max, 'max')),
		conditions,
		activation,
		layers: [
			{ weight: first.slice(0, units).map(row => ordered(row.slice(0, inputs))), bias: bias1.slice(0, units) },
			{ weight: second.slice(0, units).map(row => row.slice(0, units)), bias: bias2.slice(0, units) },
			{ weight: ordered(third).map(row => row.slice(0, units)), bias: ordered(bias3) },
		],
	});
}

function threeLists(lists, what) {
	check(Array.isArray(lists) && lists.length === 3, `its ${what} are not three lists`);
	return lists.map((list, i) => numbers(list, `${what} of layer ${i + 1}`));
}

// Rows padded to a multiple of 4.
function unpack(flat, rows, inputs, layer) {
	const columns = Math.ceil(inputs / 4) * 4;
	check(flat.length === rows * columns,
		`the weights of layer ${layer} are ${flat.length} values, where ${rows * columns} are needed`);
	return rowsOf(flat, columns);
}

// The units left without the all-zero ones, three at most, that pad to a multiple of 4.
function usedUnits(first, second, third, bias1, bias2) {
	const unused = i => !bias1[i] && !bias2[i] && [first[i], second[i]].every(row => row.every(x => !x))
		&& [...second, ...third].every(row => !row[i]);
	let units = first.length;
	while (units > first.length - 3 && units > 1 && unused(units - 1)) units--;
	return units;
}

function linearDecoder(info) {
	const { type: model, raking, colorspace } = info;
	check(raking || model !== 'rbf', 'it describes an rbf image of another program, which cannot be read');
	check(Array.isArray(info.materials) && info.materials.length === 1, 'it has not one material');
	const [material] = info.materials;
	const scale = doubles(material?.scale, 'scales');
	const bias = doubles(material.bias, 'biases');
	check(bias.length === scale.length && info.nplanes === scale.length,
		`there are ${scale.length} scales and ${bias.length} biases, where nplanes is ${info.nplanes}`);
	const parts = model === 'rbf' ? { centres: triples(info.lights, 'lights'), splines: splines(raking.splines) } : {};
	const decoder = new LinearDecoder({
		model,
		latentMin: numbers(scale.map((value, i) => -bias[i] * value), 'ranges'),
		latentMax: numbers(scale.map((value, i) => (1 - bias[i]) * value), 'ranges'),
		...parts,
	});
	const { latents, size } = decoder;
	check(colorspace === size.colorspace, `its colorspace is ${colorspace}, where ${latents} coefficients are ${size.colorspace}`);
	check(!raking || raking.order === size.order, `its order is ${raking?.order}, where ${latents} coefficients are of order ${size.order}`);
	return decoder;
}

function splines(rows) {
	check(Array.isArray(rows), 'its splines are not rows of numbers');
	return rows.map(row => triples(row, 'splines'));
}

function hyperDecoder({ min, max, raking }) {
	check(isObject(raking), 'it lacks the block raking');
	const { conditions = 2, activation, layers, light_network: ofLight, mixed_layers: mixed } = raking;
	const latentMin = numbers(min, 'min');
	const units = layers?.[1];
	const widths = [latentMin.length, units, units, 3];
	check(Number.isInteger(units) && layers.length === 4 && widths.every((width, i) => layers[i] === width),
		'its layer widths do not fit its latents');
	check([ofLight, mixed].every(list => Array.isArray(list) && list.length && list.every(isObject)) && mixed.length === 3,
		'its light_network or its three mixed_layers are missing');
	let inputs = conditions;
	const lightNetwork = ofLight.map(({ weights, biases }, i) => {
		const bias = numbers(biases, `biases of layer ${i + 1} of the network of the light`);
		const weight = matrix(weights, bias.length, inputs, `layer ${i + 1} of the network of the light`);
		inputs = bias.length;
		return { weight, bias };
	});
	return new HyperDecoder({
		latentMin,
		latentMax: numbers(max, 'max'),
		conditions,
		activation,
		lightNetwork,
		layers: mixed.map(({ weights, biases }, i) => mixedLayer(weights, biases, widths[i + 1], widths[i], `layer ${i + 1}`)),
	});
}

function mixedLayer(weights, biases, rows, columns, what) {
	check([weights, biases].every(parts => Array.isArray(parts) && parts.length), `${what} has no weights or no biases`);
	return {
		weight: weights.map(part => matrix(part, rows, columns, what)),
		bias: biases.map(part => matrix(part, rows, 1, what).flat()),
	};
}

// A list of rows, one after the other.
function matrix(list, rows, columns, what) {
	const flat = numbers(list, `weights of ${what}`);
	check(flat.length === rows * columns, `the weights of ${what} are ${flat.length} values, where ${rows * columns} are needed`);
	return rowsOf(flat, columns);
}
