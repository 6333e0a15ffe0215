// What JSON may hold to be used; each failed check is a clause for a sentence.

import { check } from '../../shaders/errors.js';
import { DEEPEST, FILE_NAME } from './limits.js';

// What JSON can say and other programs cannot take, in keys that are ignored as well.
export function checkValues(value, depth = 0) {
	check(depth <= DEEPEST, `it is nested deeper than ${DEEPEST} levels`);
	check(typeof value !== 'number' || Number.isFinite(value), 'a number in it is too large');
	check(typeof value !== 'string' || value.isWellFormed(), 'a text in it holds half a character');
	if (value instanceof Object) Object.entries(value).flat().forEach(part => checkValues(part, depth + 1));
}

export const isObject = value => value instanceof Object && !Array.isArray(value);

export function fileName(name) {
	check(typeof name === 'string' && FILE_NAME.test(name),
		`it names the picture ${JSON.stringify(name)}, which is not a plain file name`);
	return name;
}

// A list of finite numbers, as float32 values.
export function numbers(list, what) {
	return doubles(list, what).map((value, i) => {
		const single = Math.fround(value);
		check(Number.isFinite(single), `number ${i + 1} of its ${what} exceeds float32`);
		return single;
	});
}

export function doubles(list, what) {
	check(Array.isArray(list) && list.every(Number.isFinite), `its ${what} are not a list of finite numbers`);
	return list;
}

// As [[x, y, z], ...].
export function triples(list, what) {
	const flat = numbers(list, what);
	check(flat.length % 3 === 0, `its ${what} are not three numbers each`);
	return rowsOf(flat, 3);
}

export function rowsOf(flat, columns) {
	return Array.from({ length: flat.length / columns }, (_, i) => flat.slice(i * columns, (i + 1) * columns));
}
