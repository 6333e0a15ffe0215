// Layouts of images that were made before: the map.csv of `raking map`, beside the image or loaded by hand.

import { parseLayout } from '../../map/layout_file.js';
import { pickFiles } from '../save.js';

const FILE = 'map.csv';

/** @typedef {ReturnType<typeof parseLayout>} Layout */

export class Layouts {
	/** @type {Map<string, Layout | null>} */
	#known = new Map();  // by the image's address

	/** @param {Viewer} viewer */
	constructor(viewer) {
		this.viewer = viewer;
	}

	// Of an image; null where there is none.
	/** @param {Scene} scene */
	async of(scene) {
		const { url, folder } = scene.info;
		if (!this.#known.has(url)) {
			const layout = await this.#read(folder.get(FILE), scene, FILE);
			this.#known.set(url, layout?.points.length ? layout : null);
		}
		return this.#known.get(url);
	}

	// Whether one was loaded by hand for the image shown.
	async load() {
		const { scene } = this.viewer;
		const [file] = await pickFiles({ accept: '.csv,text/csv' });
		const layout = await this.#read(file, scene, file.name);
		if (layout) this.#known.set(scene.info.url, layout);
		return Boolean(layout);
	}

	// Null where there is no such file or, which is told, where it is none of this image.
	/** @type {(blob: Blob | Promise<Blob>, scene: Scene, name: string) => Promise<Layout | null>} */
	async #read(blob, { size }, name) {
		try {
			return parseLayout(await (await blob).text(), size, name);
		} catch (error) {
			if (!error.missing) this.viewer.say(error.message, true);
			return null;
		}
	}
}
