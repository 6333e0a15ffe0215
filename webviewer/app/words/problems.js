// Sentences that come in English from rooms that know no languages, as those on what is wrong with an image: here they are
// put into the page's, by tables in `problems/` beside those of its own sentences. Loaded when there is one to tell.

import { language, tableOf } from './words.js';

const SPECIAL = /[.*+?^${}()|[\]\\]/g;
/** @type {{ pattern: RegExp, own: string }[]} */
let templates = [];

// Before the first is told, but in English.
export async function loadProblems() {
	if (templates.length || language() === 'en') return;
	const table = await tableOf(`problems/${language()}`).catch(() => ({}));
	templates = Object.entries(table).map(([english, own]) => ({ pattern: patternOf(english), own }));
}

const patternOf = english => new RegExp(`^${english.replace(SPECIAL, '\\$&').replace(/\\\{\d\\\}/g, '(.+?)')}$`, 's');

// What is put into a sentence may be a clause of its own.
/** @type {(sentence: string) => string} */
export function told(sentence) {
	for (const { pattern, own } of templates) {
		const found = pattern.exec(sentence);
		if (found) return own.replace(/\{(\d)\}/g, (_, index) => told(found[1 + Number(index)]));
	}
	return sentence;
}
