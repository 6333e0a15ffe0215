// What is known of the object, and of its image: a dialog, made when it is asked for.

import { t } from '../words/words.js';
import { createDialog } from './dialog.js';

const NAMES = { number: 'Object number', maker: 'Maker', date: 'Date', credit: 'Credit', licence: 'Licence' };
const SINGLE = /^(?!LicenseRef)[A-Za-z0-9.-]+$/;  // a licence that SPDX has a page on

// What files say is only ever set as text.
/** @param {Viewer} viewer */
export function openFacts({ scene }, { frame }) {
	if (!scene) return;
	const { title, label, facts, width, height, lights } = scene.info;
	const dialog = createDialog(frame, 'about', '<p></p><dl></dl>');
	const [, heading, description, list] = /** @type {any[]} */ ([...dialog.children]);
	heading.textContent = title;
	description.textContent = facts.description;
	const told = Object.entries(NAMES).map(([key, name]) => [t(name), facts[key]]);
	const size = `${width} × ${height}`;
	told.push([t`Image`, lights ? t`${label}, ${size} pixels, from ${lights.length} photographs` : t`${label}, ${size} pixels`]);
	for (const [name, text] of told.filter(([, text]) => text)) {
		list.insertAdjacentHTML('beforeend', `<dt>${name}</dt><dd><a></a></dd>`);
		const { firstChild: value } = list.lastChild;
		value.textContent = text;
		if (name === t(NAMES.licence) && SINGLE.test(text)) {
			Object.assign(value, { href: `https://spdx.org/licenses/${text}.html`, target: '_blank', rel: 'noopener license' });
		}
	}
	dialog.onclose = () => dialog.remove();
	dialog.showModal();
}
