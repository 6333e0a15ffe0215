// The images that are shown, one or two to compare: opened as the state asks for, their tiles fetched, and
// what goes wrong with that told.

import { Loader } from './folders/loader.js';
import { View } from './state/view.js';
import { inOwnWords, t } from './words/words.js';

export class Shown {
	/** @type {Scene[]} */
	scenes = [];
	#wanted = '';  // the keys of those that are to be shown
	#troubled = false;  // whether the message tells of failures
	#loader = new Loader();

	/**
	 * @param {Store} store
	 * @param {Shelf} shelf
	 * @param {Host} host
	 */
	constructor(store, shelf, host) {
		this.store = store;
		this.shelf = shelf;
		this.host = host;
		this.again = { label: t`Try again`, run: () => this.#retry() };
		this.#loader.addEventListener('change', () => this.#tellFailures());
	}

	// Tiles and images that are on their way.
	get loading() {
		return this.#loader.busy + this.shelf.busy;
	}

	// Of the images shown.
	get failures() {
		const isShown = key => this.scenes.some(scene => key.startsWith(`${scene.key} `));
		return [...this.#loader.failures].filter(([key]) => isShown(key)).map(([, error]) => error);
	}

	// Whether any of them was seen by several cameras.
	get hasViews() {
		return this.scenes.some(({ info }) => info.decoder.hasViews);
	}

	// The number of the image to compare with: the one asked for, or the next.
	get second() {
		const { image, show, with: asked } = this.store.state;
		return asked !== null && Number.isInteger(asked) && asked !== show && image[asked] ? asked : (show + 1) % image.length;
	}

	// Shows what the state asks for; whether that came to be, and was not overtaken. Throws a sentence for the
	// user, with an `action` where there is one.
	async show() {
		const { image, show, tiling, mode } = this.store.state;
		if (!image.length) {
			throw new Error(t`No image was given: open one, drop one here, or add ?image=FOLDER to the address of this page.`);
		}
		if (image[show] === undefined) {
			throw failure(t`There is no image number ${show}, of ${image.length} counted from 0: correct show= in the address.`,
				{ label: t`Show the first`, run: () => this.host.setState({ show: 0 }).catch(() => {}) });
		}
		const shown = [[image[show], mode], ...this.#beside()];
		const keys = shown.map(([url, mode]) => JSON.stringify([url, tiling, mode]));
		const wanted = this.#wanted = keys.join();
		try {
			const scenes = await Promise.all(keys.map((key, i) => this.#open(key, ...shown[i])));
			if (this.#wanted !== wanted) return false;
			this.#use(scenes);
			return true;
		} catch (error) {
			const sentence = await inOwnWords(error.message);
			if (this.#wanted !== wanted) return false;
			const plain = { label: t`Show it plain`, run: () => this.host.setState({ mode: '', versus: '' }).catch(() => {}) };
			throw failure(sentence, shown.every(([, mode]) => mode === 'plain') ? this.again : plain);
		}
	}

	// What is compared with: this image in another mode, or another image.
	/** @returns {[string, string][]}  address and mode */
	#beside() {
		const { image, show, compare, mode, versus } = this.store.state;
		if (compare === 'off' || (versus === null && image.length < 2)) return [];
		return versus === null ? [[image[this.second], mode]] : [[image[show], versus]];
	}

	/**
	 * Brings the tiles that plans miss, the coarsest of all first; whether any is to come.
	 *
	 * @param {Plan[]} plans
	 */
	fetch(plans) {
		this.#loader.want(plans.filter(({ scene }) => scene.comesInTiles).flatMap(({ scene, missing }) => {
			const overview = scene.pyramid.tile(scene.pyramid.overview, 0, 0);
			const first = scene.tiles.has(overview.key) ? [] : [overview];
			return [...first, ...missing].map(place => scene.job(place, () => this.host.redraw()));
		}));
		const hasFailed = (scene, { key }) => this.#loader.failures.has(`${scene.key} ${key}`);
		return plans.some(({ scene, missing }) => missing.some(place => !hasFailed(scene, place)));
	}

	stop() {
		this.#loader.stop();
	}

	// Nothing is on the GPU any more. What was shown stays so where it is only given back.
	clear(stays = false) {
		this.stop();
		this.shelf.clear();
		if (!stays) this.scenes = [];
	}

	async #open(key, url, mode) {
		const tell = share => this.host.say(
			share ? t`Opening the image … ${Math.round(share * 100)} %` : t`Opening the image …`, false, undefined, true);
		if (this.host.away) {
			this.host.redraw();
			await this.host.away.promise;
			return this.#open(key, url, mode);
		}
		const scene = await this.shelf.open(key, url, mode, tell);
		return scene ?? this.#open(key, url, mode);  // anew where the GPU was lost meanwhile
	}

	/** @param {Scene[]} scenes */
	#use(scenes) {
		const [first, second] = this.scenes;
		this.scenes = scenes;
		if (scenes[0] !== first) this.store.set(new View(this.store.state).onto(scenes[0].size));
		this.store.set({ hasViews: this.hasViews });
		this.shelf.show(scenes);
		this.host.sayShown(scenes.map(({ notice }) => notice).find(Boolean));
		this.#tellFailures();
		if (scenes[0] !== first || scenes[1] !== second) this.host.emit('scene');
		this.host.redraw();
	}

	// What failed: tiles, or the images themselves.
	#retry() {
		this.#loader.retry();
		return this.host.setState({}).catch(() => {});
	}

	#tellFailures() {
		const { failures, host } = this;
		const [trouble] = this.#loader.troubles;
		host.emit('status');
		if (failures.length) {
			host.say(t`Parts of the picture could not be loaded and are shown coarsely (${failures.length}). ${failures[0].message}`,
				true, this.again);
			host.redraw();
		} else if (trouble) {
			host.say(t`${trouble.message} It is being tried again …`);
		} else if (this.#troubled) {
			host.say('');
		}
		this.#troubled = Boolean(failures.length || trouble);
	}
}

const failure = (sentence, action) => Object.assign(new Error(sentence), { action });
