// Golden shader texts, and what a shader is given for each light: the tables of golden.py.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import { parseInfo } from '../../renderer/image/info.js';
import { NeuralDecoder } from '../../shaders/neural.js';
import { bakedShader, bestExponential, bestVaryings } from '../../shaders/specialise.js';
import { loadTexts } from '../../shaders/texts.js';
import { infoText, readText, rows } from '../cases/table.js';

await loadTexts(undefined, file => readFileSync(new URL(`../../shaders/${file}`, import.meta.url), 'utf8'));

const decoder = of => parseInfo(infoText({ of })).decoder;
const goldens = readdirSync(new URL('../cases/shaders/', import.meta.url))
	.filter(file => file.endsWith('.glsl') && !file.endsWith('.looped.glsl'));

test('there are golden texts', () => assert.ok(goldens.length > 10));

for (const file of goldens) {
	test(file, () => {
		const exponential = file.endsWith('.polynomial.glsl') ? 'polynomial' : 'builtin';
		const varyings = file.endsWith('.varyings.glsl') ? 15 : 0;
		const { fragment } = bakedShader(decoder(file.split('.')[0]), { exponential, varyings });
		assert.equal(`${fragment}\n`, readText(`shaders/${file}`));
	});
}

function assertClose(found, expected, tolerance) {
	assert.equal(found.length, expected.length);
	found.forEach((value, i) => {
		assert.ok(Math.abs(value - expected[i]) <= tolerance * (1 + Math.abs(expected[i])), `${value} is not ${expected[i]}`);
	});
}

for (const { of, conditions, values, levels, rgb } of rows('frames')) {
	test(`${of} under ${conditions}`, () => {
		assertClose(decoder(of).frameValues(conditions), values, 1e-6);
		assertClose(decoder(of).colours(conditions)(levels.map(level => level / 255)), rgb, 1e-4);
	});
}

test('software renderers take a polynomial, and varyings', () => {
	const devices = ['llvmpipe (LLVM 15)', 'SwiftShader', 'Apple M2'];
	assert.deepEqual(devices.map(bestExponential), ['polynomial', 'polynomial', 'builtin']);
	assert.deepEqual(devices.map(device => bestVaryings(device, 31)), [31, 31, 0]);
});

test('a weight beyond float32 is refused', () => {
	const huge = decoder('1_units_3_latents');
	assert.ok(huge instanceof NeuralDecoder);
	huge.layers[0].weight[0][0] = 3e38;
	assert.throws(() => bakedShader(huge), /exceeds float32/);
});
