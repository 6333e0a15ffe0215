// The list of photographs: which is shown, and how its light stands.

import { told as inOwnWords } from '../app/words/problems.js';
import { t } from '../app/words/words.js';

export class PhotographList {
	/** @param {HTMLElement} element @param {(index: number) => void} choose */
	constructor(element, choose) {
		this.element = element;
		this.choose = choose;
		/** @type {HTMLButtonElement[]} */
		this.buttons = [];
		element.addEventListener('keydown', event => {
			const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
			const at = this.buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
			const next = way && this.buttons[at + way];
			if (!next) return;
			next.focus();
			choose(at + way);
			event.preventDefault();
		});
	}

	/** @param {import('./edits.js').Photograph[]} photographs @param {number} current */
	show(photographs, current) {
		for (let i = this.buttons.length; i < photographs.length; i += 1) this.#add(i, photographs[i].name);
		photographs.forEach((photograph, i) => {
			const button = this.buttons[i];
			button.classList.toggle('left-out', !photograph.light);
			button.classList.toggle('flagged', Boolean(photograph.flagged));
			button.children[1].textContent = standing(photograph);
			if (i === current) button.setAttribute('aria-current', 'true');
			else button.removeAttribute('aria-current');
		});
	}

	#add(index, name) {
		const item = this.element.appendChild(document.createElement('li'));
		const button = item.appendChild(document.createElement('button'));
		button.type = 'button';
		for (const text of [name, '']) button.appendChild(document.createElement('span')).textContent = text;
		button.addEventListener('click', () => this.choose(index));
		this.buttons.push(button);
	}
}

/** @param {import('./edits.js').Photograph} photograph */
function standing({ light, flagged, deviation }) {
	if (!light) return t`left out`;
	return flagged ? t`others disagree` : `± ${deviation.toFixed(1)}°`;
}

/** A photograph's light in a sentence. @param {import('./edits.js').Photograph} photograph */
export function told({ light, reason, deviation, apart, flagged }) {
	if (!light) return t`Left out: ${inOwnWords(reason ?? '')}.`;
	const turn = (Math.atan2(light[1], light[0]) * 180 / Math.PI + 360) % 360;
	const high = Math.asin(Math.min(1, light[2])) * 180 / Math.PI;
	return [
		t`Light from ${turn.toFixed(0)}° (from the right, anticlockwise), ${high.toFixed(0)}° high, to ${deviation.toFixed(1)}°.`,
		apart === null ? '' : t`The spheres' rays miss it by up to ${apart.toFixed(1)}°.`,
		flagged ? t`The other photographs predict another light.` : '',
	].filter(Boolean).join(' ');
}
