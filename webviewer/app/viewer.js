// The viewer: the state of one canvas, the images that it shows, and the engine that draws them.

import { ContextHold } from './gpu/hold.js';
import { FrameLoop } from './gpu/loop.js';
import { tellInfo, tellStatus } from './report.js';
import { Shown } from './shown.js';
import { Motion } from './state/motion.js';
import { SETTINGS, pickSettings, readChanges, splitView } from './state/settings.js';
import { View } from './state/view.js';
import { t } from './words/words.js';

const MOVES = ['light', 'camera'];
const NOT_MOVES = ['image', 'flipped', 'canvas', 'size', ...SETTINGS].filter(key => !MOVES.includes(key));

// Events: 'state' (another setting changed), 'light' (it moves, or the camera does), 'scene' (another image is shown),
// 'frame' (detail: the finished frame), 'status' (what is loading), 'message' (detail: { text, problem,
// action: { label, run } or undefined }; text '' takes it away), 'starved' (a picture is wanted while the
// context is given back), 'returned' (it is here again).
export class Viewer extends EventTarget {
	/** @type {DoneFrame | undefined} */
	latest;
	/** @type {number | null} */
	firstPicture = null;  // when one was there, milliseconds
	/** @type {(PromiseWithResolvers<void> & { since: number })[]} */
	#waiting = [];  // for a complete picture, begun from then on
	#passing = false;  // whether the message is over with the next image

	/**
	 * @param {Store} store
	 * @param {Engine} engine
	 * @param {Shelf} shelf
	 */
	constructor(store, engine, shelf) {
		super();
		this.store = store;
		this.engine = engine;
		this.canvas = engine.canvas;
		this.motion = new Motion(store, () => this.redraw());
		this.images = new Shown(store, shelf, this);
		this.loop = new FrameLoop(engine.gl, () => this.#draw(), frame => this.#finished(frame));
		this.hold = new ContextHold(engine.gl, { lost: () => this.#lost(), restored: () => this.#restored() });
		engine.keepTo(store.state);
		store.subscribe('memory share', state => engine.keepTo(state));
		store.subscribe(MOVES.join(' '), () => this.emit('light'));
		store.subscribe(NOT_MOVES.join(' '), () => this.emit('state'));
	}

	/** @returns {Settings} */
	state() {
		return pickSettings(this.store.state);
	}

	get view() {
		return new View(this.store.state);
	}

	get scene() {
		return this.images.scenes[0];
	}

	/**
	 * Changes in an address's spelling; resolves when their picture is complete.
	 *
	 * @param {Record<string, any>} changes
	 */
	async setState({ image, ...others }) {
		const { now, ofView } = splitView(readChanges(others));
		this.motion.stop();
		this.store.set({ ...now, ...image && { image: [image].flat() }, flipped: false });
		if (await this.#show()) this.store.set(ofView);
		return this.whenComplete();
	}

	// Device pixels; margin: 1 leaves some room around a fitted image, 0 none.
	resize(width, height, margin) {
		this.store.set({ canvas: [width, height], margin });
		this.redraw();
	}

	// Resolves when all of the picture is shown as finely as it can be.
	whenComplete() {
		const waiting = { ...Promise.withResolvers(), since: performance.now() };
		this.#waiting.push(waiting);
		this.redraw();
		return waiting.promise;
	}

	redraw = () => this.loop.request();
	info = () => tellInfo(this);
	status = () => tellStatus(this);

	// The whole picture at full resolution, as PNG.
	/** @param {(share: number) => void} progress */
	async snapshot(progress = () => {}) {
		const { engine, scene, store: { state } } = this;  // of now, whatever comes meanwhile
		const { takeSnapshot } = await import('./gpu/snapshot.js');
		return takeSnapshot(engine, scene, state, progress);
	}

	/**
	 * @param {string} text
	 * @param {boolean} problem  whether something went wrong
	 * @param {Action} [action]  what can be done
	 * @param {boolean} passing  whether it is over with the next image
	 */
	say(text, problem = false, action = undefined, passing = false) {
		this.#passing = passing;
		this.emit('message', { text, problem, action });
	}

	// What is told of an image that is shown now, or that nothing of the last one holds any more.
	sayShown(notice) {
		if (notice || this.#passing) this.say(notice ?? '');
	}

	get away() {
		return this.hold.away;
	}

	get atRest() {
		return !this.store.state.moving && !this.motion.goesOn && Boolean(this.latest?.complete);
	}

	// Draws at once; returns whether something is seen.
	drawNow = () => Boolean(this.#draw(true)?.shown);

	// Gives the context back, until it is taken again.
	giveBack() {
		this.images.stop();
		this.hold.giveBack();
	}

	dispose() {
		this.motion.dispose();
		this.loop.paused = true;
		this.images.stop();
		this.hold.release();
	}

	emit(type, detail) {
		this.dispatchEvent(new CustomEvent(type, { detail }));
	}

	// What fails is told to the user and to those who wait.
	async #show() {
		try {
			return await this.images.show();
		} catch (error) {
			this.#fail(error);
			throw error;
		}
	}

	#fail(error) {
		this.say(error.message, true, error.action, true);
		this.#waiting.splice(0).forEach(({ reject }) => reject(error));
	}

	#draw(anew = false) {
		const { engine, images, motion, store } = this;
		if (this.away) this.emit('starved');
		if (engine.gl.isContextLost()) return null;
		if (images.scenes.length) motion.step();
		try {
			const drawn = engine.draw(store.state, images.scenes, anew);
			if (!drawn) return null;
			const { frame } = drawn;
			const waits = images.fetch(drawn.plans);
			return { ...frame, complete: frame.complete && !waits, again: frame.again || motion.goesOn };
		} catch (error) {
			if (!this.loop.retry()) this.#fail(error);
			return null;
		}
	}

	#finished(frame) {
		this.engine.learn(frame, this.store.state.target);
		this.latest = frame;
		if (frame.shown) this.firstPicture ??= performance.now();
		this.emit('frame', frame);
		const isAnswered = ({ since }) => since <= frame.start && (frame.complete || this.motion.goesOn);
		this.#waiting.filter(isAnswered).forEach(({ resolve }) => resolve());
		this.#waiting = this.#waiting.filter(waiting => !isAnswered(waiting));
	}

	#lost() {
		this.images.clear(Boolean(this.away));
		if (this.away) return;
		this.say(t`The graphics card was taken away from this page; waiting for it to return …`, true, undefined, true);
	}

	async #restored() {
		this.engine.begin();
		this.images.clear();
		this.emit('returned');
		await this.#show().catch(() => {});
		this.redraw();
	}
}
