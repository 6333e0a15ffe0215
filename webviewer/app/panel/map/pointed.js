// What is pointed at on a map: its pixel marked in the picture, its response as a small disc, and told in words.

import { ResponseDisc } from '../../map/disc.js';
import { VIEWED } from '../../state/view.js';
import { t } from '../../words/words.js';
import { devicePixels, on } from '../points.js';

const REST = 150;  // milliseconds

/**
 * @typedef {object} Found
 * @property {ArrayLike<number>} levels  of its latents
 * @property {number[] | null} place  in the picture, image pixels
 * @property {string} told
 */

export class Pointed {
	/** @type {Found | null} */
	#found = null;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	#resting;
	#camera = [0, 0];  // that the disc was drawn for

	/** @param {Viewer} viewer */
	constructor(viewer, { still }, panel) {
		this.viewer = viewer;
		this.told = panel.querySelector('#mapTold');
		this.response = panel.querySelector('#mapResponse');
		this.disc = new ResponseDisc(panel.querySelector('#mapDisc'));
		this.mark = Object.assign(document.createElement('span'), { id: 'mapMark', ariaHidden: 'true', hidden: true });
		still.after(this.mark);
		viewer.store.subscribe(VIEWED, () => this.#place());
		on(viewer, 'light', () => this.#turn());
		this.say('');
	}

	/** @param {Found} found */
	show(found) {
		this.#found = found;
		this.response.hidden = false;
		this.#show();
		this.#place();
	}

	// Nothing: a sentence in its place.
	say(sentence) {
		this.#found = null;
		this.told.textContent = sentence;
		this.response.hidden = true;
		this.#place();
	}

	#show() {
		const { viewer: { scene: { info: { decoder } }, store: { state: { light, camera } } }, disc, told } = this;
		const { levels, told: what } = /** @type {Found} */ (this.#found);
		disc.draw(decoder, levels, camera);
		this.#camera = camera;
		this.#turn();
		const [red, green, blue] = decoder.colours(decoder.conditionsOf(light, camera))(Array.from(levels, level => level / 255))
			.map(value => Math.round(255 * Math.min(1, Math.max(0, value))));
		told.textContent = `${what}; ${t`red ${red}, green ${green}, blue ${blue} under this light`}.`;
	}

	// Where the light stands on the disc. Another camera has it drawn anew once it rests.
	#turn() {
		const { viewer, response } = this;
		const { light: [x, y], camera } = viewer.store.state;
		response.style.rotate = `${viewer.view.rotation}deg`;
		response.lastChild.style.translate = `${50 * x}cqw ${-50 * y}cqw`;
		clearTimeout(this.#resting);
		if (!this.#found || camera === this.#camera) return;
		this.#resting = setTimeout(() => {
			this.#camera = camera;
			this.disc.draw(viewer.scene.info.decoder, this.#found?.levels ?? [], camera);
		}, REST);
	}

	#place() {
		const { mark, viewer } = this;
		const place = this.#found?.place;
		mark.hidden = !place;
		if (!place) return;
		const [x, y] = viewer.view.toCanvas(place).map(at => at / devicePixels(viewer));
		mark.style.translate = `${x}px ${y}px`;
	}
}
