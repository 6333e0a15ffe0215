// The review of a calibration: what is found in each photograph, what is wanted otherwise, and what comes of it.

import { loadProblems, told as inOwnWords } from '../app/words/problems.js';
import { language, speak, t, translate } from '../app/words/words.js';
import { editsOf } from './edits.js';
import { PhotographList, told } from './photographs.js';
import { readState, send } from './server.js';
import { SphereView } from './sphere.js';

/** @param {string} id @returns {any} */
const $ = id => document.getElementById(id);

class ReviewPage {
	current = 0;
	working = false;
	again = false;

	/** @param {import('./edits.js').State} state */
	constructor(state) {
		this.state = state;
		this.edits = editsOf(state);
		this.first = structuredClone(this.edits);
		$('title').textContent = state.title;
		this.list = new PhotographList($('photographs'), index => this.choose(index));
		this.views = state.spheres.map((sphere, i) => new SphereView(i, sphere, () => this.edits, () => this.correct()));
		$('spheres').append(...this.views.map(view => view.element));
		$('undo').addEventListener('click', () => {
			this.edits = structuredClone(this.first);
			this.draw();
			this.correct();
		});
		$('accept').addEventListener('click', () => this.accept());
		$('accept').disabled = false;
		this.draw();
		this.say(this.#counted());
	}

	choose(index) {
		this.current = index;
		this.draw();
	}

	draw() {
		const photograph = this.state.photographs[this.current];
		this.list.show(this.state.photographs, this.current);
		$('shown').textContent = photograph.name;
		$('light').textContent = told(photograph);
		this.views.forEach((view, i) => view.show(this.state.spheres[i], this.current, photograph.name));
		$('undo').disabled = JSON.stringify(this.edits) === JSON.stringify(this.first);
		const sentences = this.state.warnings.length ? this.state.warnings.map(inOwnWords) : [t`None.`];
		$('warnings').replaceChildren(...sentences.map(text => {
			const item = document.createElement('li');
			item.textContent = text;
			return item;
		}));
	}

	/** Has the lights worked out anew; what was changed meanwhile, once more. */
	async correct() {
		this.again = this.working;
		if (this.working) return;
		this.working = true;
		this.say(t`Working out the lights.`);
		try {
			this.state = await send('correct', this.edits);
			this.say(this.#counted());
		} catch (error) {
			this.say(inOwnWords(error.message), true);
		}
		this.working = false;
		this.draw();
		if (this.again) this.correct();
	}

	async accept() {
		$('accept').disabled = true;
		this.say(t`Writing.`);
		try {
			this.state = await send('accept', this.edits);
			this.draw();
			document.querySelectorAll('button').forEach(button => (button.disabled = true));
			this.say(t`${inOwnWords(this.state.written ?? '')} You can close this page.`);
		} catch (error) {
			this.say(inOwnWords(error.message), true);
			$('accept').disabled = false;
		}
	}

	say(text, wrong = false) {
		$('status').textContent = text;
		$('status').classList.toggle('wrong', wrong);
	}

	#counted() {
		const { photographs, lamps } = this.state;
		const lit = photographs.filter(({ light }) => light).length;
		return lamps === 'near' ? t`${lit} of ${photographs.length} photographs have a light; the lamps are near.`
			: t`${lit} of ${photographs.length} photographs have a light; the lamps are distant.`;
	}
}

const asked = new URLSearchParams(location.search).get('lang');
await speak([...asked ? [asked] : [], ...navigator.languages], new URL('words/', import.meta.url));
await loadProblems();
translate(document.documentElement);
document.documentElement.lang = language();
readState().then(state => new ReviewPage(state)).catch(error => {
	$('status').textContent = t`The review is not there any more: ${error.message}.`;
	$('status').classList.add('wrong');
});
