// info.json: the table of cases that test_info.py walks as well.

import assert from 'node:assert/strict';
import test from 'node:test';

import { parseInfo } from '../../../renderer/image/info.js';
import { infoText, label, reading, rows } from '../../cases/table.js';

// In the names of the table.
function read(text) {
	const { decoder, provenance, ...info } = parseInfo(text);
	const { kind, latents, units, parameters, latentMin, latentMax } = decoder;
	return { ...info, kind, latents, units, parameters, latentMin, latentMax, label: decoder.label(provenance.model) };
}

test('a decoder that asks for a view is read, but not shown', () => {
	const [row] = rows('infos').filter(({ read }) => read?.parameters === 31);
	const { decoder } = parseInfo(infoText(row));
	assert.equal(decoder.conditions, 4);
	assert.throws(() => decoder.checkLight(), /asks for a view/);
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
