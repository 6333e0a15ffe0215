// The one place that says what a viewer shows: every setting, and what belongs to the moment.

import { initialSettings } from './settings.js';

/** @type {Moment} */
const FIRST = { moving: null, flipped: false, canvas: [1, 1], margin: 0, size: [1, 1], hasViews: false, share: 1 };

export class Store {
	/** @type {Readonly<State>} */
	#state = Object.freeze({ ...initialSettings(), ...FIRST });
	/** @type {{ keys: string[] | null, listener: StateListener }[]} */
	#listeners = [];

	get state() {
		return this.#state;
	}

	/** @param {Partial<State>} changes */
	set(changes) {
		const before = this.#state;
		const changed = new Set(Object.keys(changes).filter(key => !Object.is(before[key], changes[key])));
		if (!changed.size) return;
		this.#state = Object.freeze({ ...before, ...changes });
		for (const { keys, listener } of this.#listeners) {
			if (!keys || keys.some(key => changed.has(key))) listener(this.#state, changed);
		}
	}

	/**
	 * Calls the listener after each change of one of the keys, 'light zoom' for instance.
	 *
	 * @param {string | null} keys  null for any
	 * @param {StateListener} listener
	 */
	subscribe(keys, listener) {
		this.#listeners.push({ keys: keys?.split(' ') ?? null, listener });
	}
}
