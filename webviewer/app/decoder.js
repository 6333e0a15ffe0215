// Reads `info.json`, ours, the published trainer's and Relight's, as renderer/image/info.py does. Latents come
// out in the channel order of the plane files, the output as RGB.

import { LARGEST, check, checkValues, isObject, magnitudes, numbers, rowsOf, sumOfProducts, triples } from './checks.js';
import { linearBound, unpackLinear } from './linear.js';

const TYPES = ['neural', 'ptm', 'hsh', 'rbf'];
const ENDINGS = ['dzi', 'png', 'webp', 'jpg'];  // of planes that are not listed, the best first
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
const LONGEST_SIDE = 1e6;  // pixels
const MAX_UNITS = 64;
const MAX_LATENTS = 27;
const LONGEST_TITLE = 200;  // characters

// Lights are [[x, y], ...], pixelSize is in mm; numbers are float32 values. Throws a sentence for the user.
export function parseInfo(info) {
	checkValues(info);
	check(TYPES.includes(info?.type), `its type is ${JSON.stringify(info?.type)}, where ${TYPES.join(', ')} are known`);
	for (const key of ['width', 'height']) {
		check(Number.isInteger(info[key]) && info[key] > 0 && info[key] <= LONGEST_SIDE,
			`its ${key} is not a whole number from 1 to ${LONGEST_SIDE}`);
	}
	const { width, height, raking: ours = null, pixelSizeInMM: pixelSize = null } = info;
	check(ours === null || ours.version === 1, `its raking version is ${ours?.version}, where 1 is known`);
	check(pixelSize === null || (Number.isFinite(pixelSize) && pixelSize > 0), 'its pixelSizeInMM is not above 0');
	const { provenance = {}, levels, mask, title = null } = ours ?? {};
	check(isObject(provenance), 'its provenance is no object');
	check(levels == null || (Array.isArray(levels) && levels.every(isObject)), 'its levels are no list of objects');
	check(title === null || (typeof title === 'string' && title.isWellFormed() && [...title].length <= LONGEST_TITLE),
		`its title is no text of up to ${LONGEST_TITLE} characters`);
	const lights = triples(info.lights ?? [], 'lights').map(([x, y]) => [x, y]);
	/** @type {any} */
	const decoder = info.type === 'neural' ? neuralDecoder(info) : unpackLinear(info);
	const { latentMin, latentMax, layers, splines } = decoder;
	const latents = latentMin.length;
	check(latentMax.length === latents && latentMin.every((min, i) => latentMax[i] > min),
		'its latent ranges (min and max) differ in number, or one is empty or reversed');
	check((layers ? bound : linearBound)(decoder) <= LARGEST,
		'its numbers are so large that colours exceed what can be reckoned');
	return {
		...decoder, width, height, latents, pixelSize, provenance, title,
		units: layers?.[0].bias.length ?? 0,
		parameters: [layers?.map(({ weight, bias }) => [weight, bias]), splines].flat(4).filter(Number.isFinite).length,
		lights: lights.length ? lights : null,
		planeFiles: planeFiles(info, latents / 3),
		maskFile: mask == null ? null : fileName(mask),
	};
}

// Unpacks the padded lists; widths come from their lengths, since `samples` may be wrong. With "bgr"
// the latents of a plane and the output are blue first.
function neuralDecoder({ min, max, weights, biases, colorspace = 'rgb', raking: ours }) {
	const { conditions = 2, activation = 'elu', layers } = ours ?? {};
	check(['rgb', 'bgr'].includes(colorspace), 'its colorspace is neither "rgb" nor "bgr"');
	check(conditions === 2 && activation === 'elu',
		`its decoder has ${conditions} condition inputs and ${activation}, where this viewer has 2, a light, and elu`);
	const latentMin = numbers(min, 'min');
	const latents = latentMin.length;
	check(latents % 3 === 0 && latents >= 3 && latents <= MAX_LATENTS,
		`it has ${latents} latents, where a multiple of 3 up to ${MAX_LATENTS} is needed`);
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
		'its layer widths do not fit its latents and condition inputs');
	check(units > rows - 4 && units <= rows, `${units} units are announced, but there are ${rows} biases`);
	check(units >= 1 && units <= MAX_UNITS, `it has ${units} units, where 1 to ${MAX_UNITS} are supported`);
	const ordered = list => colorspace === 'rgb' ? list
		: list.map((value, i) => i < latents ? list[i - i % 3 + 2 - i % 3] : value);
	return {
		latentMin: ordered(latentMin),
		latentMax: ordered(numbers(max, 'max')),
		layers: [
			{ weight: first.slice(0, units).map(row => ordered(row.slice(0, inputs))), bias: bias1.slice(0, units) },
			{ weight: second.slice(0, units).map(row => row.slice(0, units)), bias: bias2.slice(0, units) },
			{ weight: ordered(third).map(row => row.slice(0, units)), bias: ordered(bias3) },
		],
	};
}

// What no value on the way from latents to colours exceeds, as in shaders/decoder.py.
function bound({ layers, latentMin, latentMax }) {
	let largest = [...magnitudes({ latentMin, latentMax }), 1, 1];
	let found = Math.max(...largest);
	for (const { weight, bias } of layers) {
		const sums = weight.map((row, i) => sumOfProducts(row, largest) + Math.abs(bias[i]));
		found = Math.max(found, ...sums);
		largest = sums.map(sum => Math.max(sum, 1));  // ELU goes down to -1
	}
	return found;
}

// The units left without the all-zero ones, three at most, that pad to a multiple of 4.
function usedUnits(first, second, third, bias1, bias2) {
	const unused = i => !bias1[i] && !bias2[i] && [first[i], second[i]].every(row => row.every(x => !x))
		&& [...second, ...third].every(row => !row[i]);
	let units = first.length;
	while (units > first.length - 3 && units > 1 && unused(units - 1)) units--;
	return units;
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

function fileName(name) {
	check(typeof name === 'string' && FILE_NAME.test(name),
		`it names the picture ${JSON.stringify(name)}, which is not a plain file name`);
	return name;
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
