// The one place that says what a viewer shows: every setting, and what belongs to the moment.

import { initialSettings } from './settings.js';

/**
 * What no address tells.
 *
 * @typedef {object} Moment
 * @property {'light' | 'view' | null} moving  what moves: it is drawn as coarsely as the frame rate needs
 * @property {boolean} flipped  whether the second of two images that blink is shown
 * @property {number[]} canvas  its width and height, device pixels
 * @property {number} margin  1 leaves some room around a fitted image, 0 none
 * @property {number} share  of the memory, where other viewers of the page have theirs
 * @property {number[]} size  width and height of the image shown, pixels
 */

/** @typedef {import('./settings.js').Settings & Moment} State */

/**
 * @callback Listener
 * @param {Readonly<State>} state
 * @param {Set<string>} changed  the keys whose values are others than before
 * @returns {void}
 */

/** @type {Moment} */
const FIRST = { moving: null, flipped: false, canvas: [1, 1], margin: 0, size: [1, 1], share: 1 };

export class Store {
	/** @type {Readonly<State>} */
	#state = Object.freeze({ ...initialSettings(), ...FIRST });
	/** @type {{ keys: string[] | null, listener: Listener }[]} */
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
	 * @param {Listener} listener
	 */
	subscribe(keys, listener) {
		this.#listeners.push({ keys: keys?.split(' ') ?? null, listener });
	}
}
