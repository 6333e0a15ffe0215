// What moves: by hand, in an orbit, along a path that is measured, or from one image to the other in turn.

import { clampDirection } from './settings.js';

const REST = 120;  // milliseconds without movement until full resolution returns
const BLINK = 700;  // milliseconds
const ORBIT_SECONDS = 8;
const ORBIT_RADIUS = 0.7;
export const STILL = matchMedia('(prefers-reduced-motion: reduce)');

export class Motion {
	/** @type {LightPath | null} */
	#path = null;
	#frame = 0;  // along it
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	resting;
	/** @type {ReturnType<typeof setInterval> | undefined} */
	#blinking;

	/**
	 * @param {Store} store
	 * @param {() => void} redraw
	 */
	constructor(store, redraw) {
		this.store = store;
		this.redraw = redraw;
		store.subscribe('compare image', () => this.#blink());
	}

	/**
	 * By hand: what moves is drawn as coarsely as it must be, until it rests.
	 *
	 * @param {'light' | 'view'} what
	 * @param {Partial<State>} changes
	 */
	move(what, changes = {}) {
		this.store.set({ ...changes, moving: what });
		clearTimeout(this.resting);
		this.resting = setTimeout(() => {
			this.store.set({ moving: null });
			this.redraw();
		}, REST);
		this.redraw();
	}

	// The light or the camera: with either, all of the picture is decoded anew.
	/** @type {(key: 'light' | 'camera', direction: number[]) => void} */
	turn(key, direction) {
		this.move('light', { [key]: clampDirection(key, direction), ...key === 'light' && { orbit: false } });
	}

	moveLight(light) {
		this.turn('light', light);
	}

	/**
	 * Has the light follow a path, a step with each frame; null ends that.
	 *
	 * @param {LightPath | null} path
	 */
	follow(path) {
		this.#path = path;
		this.#frame = 0;
		this.redraw();
	}

	flip() {
		this.store.set({ flipped: !this.store.state.flipped });
		this.redraw();
	}

	// Whether each frame is to be followed by another.
	get goesOn() {
		return Boolean(this.store.state.orbit || this.#path);
	}

	// To the next frame's light, where that moves by itself.
	step() {
		if (!this.goesOn) return;
		const angle = performance.now() / 1000 / ORBIT_SECONDS * 2 * Math.PI;
		const light = this.#path?.(this.#frame++) ?? [Math.cos(angle), Math.sin(angle)].map(at => at * ORBIT_RADIUS);
		clearTimeout(this.resting);
		this.store.set({ light, moving: 'light' });
	}

	stop() {
		clearTimeout(this.resting);
		this.store.set({ moving: null });
	}

	dispose() {
		clearInterval(this.#blinking);
	}

	#blink() {
		clearInterval(this.#blinking);
		const { compare, image } = this.store.state;
		if (compare === 'blink' && image.length > 1 && !STILL.matches) this.#blinking = setInterval(() => this.flip(), BLINK);
	}
}
