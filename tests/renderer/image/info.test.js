// info.json: the table of cases that test_info.py walks as well.

import assert from 'node:assert/strict';
import test from 'node:test';

import { parseInfo } from '../../../renderer/image/info.js';
import { LinearDecoder, MODELS } from '../../../shaders/linear.js';
import { infoText, label, reading, rows } from '../../cases/table.js';

// In the names of the table.
function read(text) {
	const { decoder, provenance, relief, ...info } = parseInfo(text);
	const { kind, latents, units, parameters, latentMin, latentMax } = decoder;
	return { ...info, relief: relief && { ...relief }, kind, latents, units, parameters, latentMin, latentMax, label: decoder.label(provenance.model) };
}

test('a decoder is told a view where it asks for one', () => {
	const [row] = rows('infos').filter(({ read }) => read?.parameters === 31);
	const { decoder } = parseInfo(infoText(row));
	assert.deepEqual(decoder.conditionsOf([0.1, 0.2], [0.3, 0.4]), [0.3, 0.4, 0.1, 0.2]);
	const { decoder: ofOneCamera } = parseInfo(infoText({ of: 'neural' }));
	assert.deepEqual(ofOneCamera.conditionsOf([0.1, 0.2], [0.3, 0.4]), [0.1, 0.2]);
});

test('a new linear model is one file', () => {
	MODELS.set('zonal', {
		name: 'zonal',
		sizes: { 9: { order: 2, colorspace: 'rgb', label: 'Zonal' } },
		terms: ([, , z], order) => [...Array(order + 1).keys()].map(i => z ** i),
	});
	const { decoder } = parseInfo(infoText({ of: 'lrgb' }).replace('"ptm"', '"zonal"').replace('"lrgb"', '"rgb"'));
	const weight = decoder instanceof LinearDecoder ? decoder.basis([0.6, 0])[9][2] : NaN;
	MODELS.delete('zonal');
	assert.equal(decoder.label(), 'Zonal');
	assert.ok(Math.abs(weight - 0.8 ** 2) < 1e-12);
});

for (const row of rows('infos')) {
	const { refused } = row;
	test(`${refused ? 'refused' : 'read'}: ${label(row)}`, () => {
		if (!refused) {
			assert.deepEqual(read(infoText(row)), reading(row));
			return;
		}
		// A sentence of its own, and none by chance: a TypeError would be no sentence.
		assert.throws(() => parseInfo(infoText(row)), ({ message }) => {
			assert.ok(message.includes(typeof refused === 'string' ? refused : refused[1]), message);
			assert.match(message, /^info\.json cannot be used: |is not valid JSON/);
			return message.length < 300;
		});
	});
}
