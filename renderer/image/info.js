// Reads `info.json`, ours, the published trainer's and Relight's, as FORMAT.md has it.

import { RakingError, check } from '../../shaders/errors.js';
import { MODELS } from '../../shaders/linear.js';
import { Relief } from '../../shaders/heights.js';
import { checkValues, fileName, isObject, numbers, triples } from './checks.js';
import { ENDINGS, FACTS, FOLLOWING, LARGEST, LONGEST_FACT, LONGEST_SIDE, LONGEST_TITLE, VERSION, WITH_RELIEF } from './limits.js';
import { unpacked } from './unpack.js';

// Lights, and views of cameras, are [[x, y], ...] or null; pixelSize is in mm; numbers are float32 values. Latents come out in the channel
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
	const types = ['neural', 'hyper', ...MODELS.keys()];
	check(types.includes(info?.type), `its type is ${JSON.stringify(info?.type)}, where ${types.join(', ')} are known`);
	for (const key of ['width', 'height']) {
		check(Number.isInteger(info[key]) && info[key] > 0 && info[key] <= LONGEST_SIDE,
			`its ${key} is not a whole number from 1 to ${LONGEST_SIDE}`);
	}
	const { width, height, raking = null, pixelSizeInMM: pixelSize = null } = info;
	check(pixelSize === null || (Number.isFinite(pixelSize) && pixelSize > 0), 'its pixelSizeInMM is not above 0');
	const ours = readBlock(raking);
	check(info.type !== 'hyper' || raking?.version >= FOLLOWING, `its raking version is below ${FOLLOWING}`);
	const decoder = unpacked(info);
	const lights = inPlane(triples(info.lights ?? [], 'lights'));
	check(decoder.bound <= LARGEST, 'its numbers are so large that colours exceed what can be reckoned');
	return {
		...ours, decoder, width, height, pixelSize,
		lights,
		evidence: raking?.evidence ? readEvidence(raking.evidence, lights ?? [], 4 + decoder.latents) : null,
		planeFiles: planeFiles(info, decoder.latents / 3),
		...readRelief(raking, decoder),
	};
}

// Of the block `raking`, what every image may have.
function readBlock(ours) {
	check(ours === null || (Number.isInteger(ours.version) && ours.version >= 1 && ours.version <= VERSION),
		`its raking version is ${ours?.version}, where 1 to ${VERSION} are known`);
	const { provenance = {}, levels, mask, normals, title, facts = null, views: directions } = ours ?? {};
	check(isObject(provenance), 'its provenance is no object');
	check(levels == null || (Array.isArray(levels) && levels.every(isObject)), 'its levels are no list of objects');
	check(facts === null || isObject(facts), 'its facts are no object');
	const views = inPlane(triples(directions ?? [], 'views'));
	const pictures = { maskFile: optionalFile(mask), normalsFile: optionalFile(normals) };
	const texts = { title: optionalText(title, LONGEST_TITLE, 'title'), facts: readFacts(facts ?? {}) };
	return { provenance, views, ...texts, ...pictures };
}

// What tells how far photographs support the image: shaders/evidence.js reads it.
function readEvidence({ picture, rows, spacing, left_out: leftOut }, lights, width) {
	check(Array.isArray(rows) && rows.length > 0 && rows.length === lights.length, 'its evidence has not a row for each light');
	check(rows.every(row => numbers(row, 'evidence').length === width), `the rows of its evidence are not of ${width} values`);
	check(spacing > 0 && spacing <= 180 && leftOut >= 0,
		'its evidence lacks the spacing of the lights, or what leaving them out told');
	return { file: fileName(picture), rows, lights, spacing, leftOut };
}

// How far its places lie above the plane of the pictures; both null where that is not known.
function readRelief(raking, decoder) {
	const { relief = null, version, planes } = raking ?? {};
	if (relief === null) return { relief, reliefFile: null };
	check(version >= WITH_RELIEF, `its raking version is below ${WITH_RELIEF}, where there is a relief`);
	check(decoder.hasViews, 'there is a relief, but one camera');
	check(isObject(relief) && [relief.low, relief.high].every(Number.isFinite), 'its relief lacks the heights of its levels');
	const reliefFile = fileName(relief.picture);
	const files = [...planes, reliefFile, raking.mask, raking.normals, raking.evidence?.picture];
	check(!files.some(name => name?.endsWith('.dzi')), 'there is a relief, which pyramids cannot have');
	return { relief: new Relief(relief.low, relief.high), reliefFile };
}

function readFacts(facts) {
	return Object.fromEntries(FACTS.map(key => [key, optionalText(facts[key], LONGEST_FACT, `fact ${key}`)]));
}

function optionalText(text = null, most, what) {
	check(text === null || (typeof text === 'string' && [...text].length <= most),
		`its ${what} is no text of up to ${most} characters`);
	return text;
}

const inPlane = directions => directions.length ? directions.map(([x, y]) => [x, y]) : null;
const optionalFile = name => name == null ? null : fileName(name);

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
