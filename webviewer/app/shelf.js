// The images that a viewer has opened: what describes them, and those that are on the GPU, kept there as
// long as there is room.

import { openFolder } from './folders/files.js';
import { loadInfo } from './renderer/image/relightable.js';

export class Shelf {
	#infos = new Map();  // image's address -> promise
	#opening = new Map();  // key -> promise of the scene
	#kept = new Map();  // key -> scene, least recently shown first

	/**
	 * @param {Engine} engine
	 * @param {Store} store
	 */
	constructor(engine, store) {
		this.engine = engine;
		this.store = store;
	}

	// How many are being opened.
	get busy() {
		return this.#opening.size;
	}

	loadInfo(url) {
		if (!this.#infos.has(url)) {
			this.#infos.set(url, this.#load(url).catch(error => {
				this.#infos.delete(url);
				throw error;
			}));
		}
		return this.#infos.get(url);
	}

	/**
	 * The scene of an image under a key, opened where it is not there. Undefined where the GPU was lost
	 * meanwhile. tell(share): called while it opens, 0 at once.
	 *
	 * @param {string} key
	 * @param {string} url
	 * @param {string} mode
	 * @param {(share: number) => void} tell
	 * @returns {Promise<Scene | undefined>}
	 */
	async open(key, url, mode, tell) {
		if (!this.#kept.has(key) && !this.#opening.has(key)) {
			const kept = this.#kept;
			const opening = this.#create(key, url, mode, tell)
				.then(scene => kept === this.#kept ? kept.set(key, scene) && scene : undefined)
				.finally(() => this.#opening.get(key) === opening && this.#opening.delete(key));
			this.#opening.set(key, opening);
		}
		return this.#kept.get(key) ?? this.#opening.get(key);
	}

	// Those are shown: others go where memory is short, those seen longest ago first.
	/** @param {Scene[]} scenes */
	show(scenes) {
		for (const scene of scenes) {
			this.#kept.delete(scene.key);
			this.#kept.set(scene.key, scene);
		}
		const { memory } = this.engine;
		for (const [key, scene] of this.#kept) {
			if (memory.bytes <= memory.budget) break;
			if (scenes.includes(scene)) continue;
			this.#kept.delete(key);
			scene.dispose();
		}
	}

	// Nothing is on the GPU any more.
	clear() {
		this.#kept.forEach(scene => { scene.gone = true; });
		this.#opening.clear();
		this.#kept = new Map();
	}

	async #load(url) {
		return loadInfo(openFolder(url, () => this.store.state.patience));
	}

	async #create(key, url, mode, tell) {
		tell(0);
		return this.engine.open(key, await this.loadInfo(url), { ...this.store.state, mode }, tell);
	}
}
