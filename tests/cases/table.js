// Reads the tables of cases, as table.py does.

import { readFileSync } from 'node:fs';

export const readText = file => readFileSync(new URL(file, import.meta.url), 'utf8');
export const rows = name => JSON.parse(readText(`${name}.json`));

/** @param {{ of?: string, text?: string, replace?: string[][] }} row */
export function infoText({ of, text, replace = [] }) {
	if (text !== undefined) return text;
	return replace.reduce((changed, [before, after]) => {
		const parts = changed.split(before);
		if (parts.length !== 2) throw new Error(`${before} is not once in ${of}.json`);
		return parts.join(after);
	}, readText(`infos/${of}.json`));
}

export function reading({ of, read }) {
	return { ...rows('infos').find(row => row.of === of).read, ...read };
}

export const label = ({ of, text, replace = [['', '']] }) => `${of ?? text} ${replace[0][1]}`.trim().slice(0, 60);
