// How a ray passes over a relief: the table of cases that test_heights.py walks as well.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Relief } from '../../shaders/heights.js';
import { rows } from '../cases/table.js';

for (const { low, high, view, march } of rows('marches')) {
	test(`march ${view} ${high}`, () => {
		assert.deepEqual(new Relief(low, high).march(view).map(number => number + 0), march);
	});
}
