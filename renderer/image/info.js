// Reads `info.json`, ours, the published trainer's and Relight's, as FORMAT.md has it.

import { RakingError, check } from '../../shaders/errors.js';
import { LinearDecoder, MODELS } from '../../shaders/linear.js';
import { NeuralDecoder } from '../../shaders/neural.js';
import { checkValues, doubles, fileName, isObject, numbers, rowsOf, triples } from './checks.js';
import { ENDINGS, LARGEST, LONGEST_SIDE, LONGEST_TITLE, VERSION } from './limits.js';

// Lights are [[x, y], ...], pixelSize is in mm; numbers are float32 values. Latents come out in the channel
// order of the plane files, the output as RGB. Throws a sentence for the user, or a SyntaxError.
export function parseInfo(text) {
	try {
		return readInfo(JSON.parse(text));
	} catch (error) {
		if (!(error instanceof RakingError)) throw error;
		const problem = error.message.replace(/^(.{130}).*(.{90})$/s, '$1...$2');
		throw new RakingError(`info.json cannot be used: ${problem}.`);
	}
}

function readInfo(info) {
	checkValues(info);
	const types = ['neural', ...MODELS.keys()];
	check(types.includes(info?.type), `its type is ${JSON.stringify(info?.type)}, where ${types.join(', ')} are known`);
	for (const key of ['width', 'height']) {
		check(Number.isInteger(info[key]) && info[key] > 0 && info[key] <= LONGEST_SIDE,
			`its ${key} is not a whole number from 1 to ${LONGEST_SIDE}`);
	}
	const { width, height, raking = null, pixelSizeInMM: pixelSize = null } = info;
	check(pixelSize === null || (Number.isFinite(pixelSize) && pixelSize > 0), 'its pixelSizeInMM is not above 0');
	const ours = readBlock(raking);
	const lights = triples(info.lights ?? [], 'lights').map(([x, y]) => [x, y]);
	const decoder = info.type === 'neural' ? neuralDecoder(info) : linearDecoder(info);
	check(decoder.bound <= LARGEST, 'its numbers are so large that colours exceed what can be reckoned');
	return {
		...ours, decoder, width, height, pixelSize,
		lights: lights.length ? lights : null,
		planeFiles: planeFiles(info, decoder.latents / 3),
	};
}

// Of the block `raking`, what every image may have.
function readBlock(ours) {
	check(ours === null || ours.version === VERSION, `its raking version is ${ours?.version}, where ${VERSION} is known`);
	const { provenance = {}, levels, mask, normals, title = null } = ours ?? {};
	check(isObject(provenance), 'its provenance is no object');
	check(levels == null || (Array.isArray(levels) && levels.every(isObject)), 'its levels are no list of objects');
	check(title === null || (typeof title === 'string' && [...title].length <= LONGEST_TITLE),
		`its title is no text of up to ${LONGEST_TITLE} characters`);
	return { provenance, title, maskFile: optionalFile(mask), normalsFile: optionalFile(normals) };
}

const optionalFile = name => name == null ? null : fileName(name);

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

// The ways to number the planes, each with every plane's possible names, the preferred first: the
// published trainer counts from 0, OpenLIME from 1.
function planeFiles(info, count) {
	if (info.raking) {
		const names = info.raking.planes;
		check(Array.isArray(names) && names.length === count, 'it lists too few or too many planes');
		return [names.map(name => [fileName(name)])];
	}
	// The published trainer states "jpg", but has PNG beside it, which loses nothing.
	const first = info.type === 'neural' ? ['png'] : [];
	const endings = [...new Set([...first, ...ENDINGS.filter(ending => ending === info.format), ...ENDINGS])];
	return [0, 1].map(first => [...Array(count).keys()].map(
		i => endings.map(ending => `plane_${i + first}.${ending}`)));
}
