// Filled-in templates: the table that test_template.py walks as well.

import assert from 'node:assert/strict';
import test from 'node:test';

import { render } from '../../shaders/template.js';
import { rows } from '../cases/table.js';

for (const { template, values, text, refused } of rows('templates')) {
	test(JSON.stringify(template), () => {
		if (refused) assert.throws(() => render(template, values), /unknown name/);
		else assert.equal(render(template, values), text);
	});
}
