// Chooses among many images, by pictures and titles: a dialog, made when it is first asked for.

import { decodePicture, loadPictures, openTiles } from '../renderer/image/relightable.js';
import { initialSettings } from '../state/settings.js';
import { t } from '../words/words.js';
import { change } from './actions.js';
import { createDialog } from './dialog.js';
import { ARROWS } from './points.js';
import { relight } from './relight.js';

const SIDE = 176;  // pixels that a preview is long
const FAR = 2 ** 21;  // pixels of a flat image that are still worth fetching from another machine
const NEAR = ['localhost', '127.0.0.1', '[::1]'];

const choosers = new WeakMap();  // viewer -> its chooser

/** @param {Viewer} viewer */
export function openChooser(viewer, frame) {
	if (!choosers.has(viewer)) choosers.set(viewer, new Chooser(viewer, frame));
	choosers.get(viewer).open();
}

class Chooser {
	#pictures = new Map();  // image's address -> canvas
	life = new AbortController();  // while it is open

	constructor(viewer, frame) {
		this.viewer = viewer;
		const dialog = this.dialog = createDialog(frame, 'chooser', '<ul></ul>');
		/** @type {Element} */ (dialog.querySelector('h2')).textContent = t`Images`;
		dialog.onclose = () => this.life.abort();
		dialog.onkeydown = event => this.#step(event);
	}

	/** @returns {HTMLButtonElement[]} */
	get buttons() {
		return [.../** @type {NodeListOf<HTMLButtonElement>} */ (this.dialog.querySelectorAll('li button'))];
	}

	async open() {
		const { viewer, viewer: { store: { state: { image, show } } }, dialog } = this;
		const { signal } = this.life = new AbortController();
		const items = image.map((url, index) => this.#item(url, index === show));
		dialog.querySelector('ul')?.replaceChildren(...items);
		this.buttons.forEach((button, index) => {
			button.onclick = () => {
				dialog.close();
				change(viewer, { show: index });
			};
		});
		dialog.showModal();
		this.buttons[show]?.focus();
		this.#drawThoseInSight(items, image, signal);
		await Promise.all(items.map((item, index) => this.#name(item, image[index])));
	}

	// What files say is only ever set as text.
	#item(url, current) {
		const item = document.createElement('li');
		item.innerHTML = '<button><span class="preview"></span><span></span><small></small></button>';
		const [button] = item.children;
		button.ariaCurrent = current ? 'true' : null;
		const picture = this.#pictures.get(url);
		if (picture) button.children[0].append(picture);
		return item;
	}

	async #name({ firstChild: { children: [, title, label] } }, url) {
		try {
			const info = await this.viewer.images.shelf.loadInfo(url);
			title.textContent = title.title = info.title;
			label.textContent = `${info.label}, ${info.width} × ${info.height}`;
		} catch {
			title.textContent = title.title = url;
			label.textContent = t`cannot be opened`;
		}
	}

	// One after the other, so that the picture shown keeps its line and its time.
	#drawThoseInSight(items, image, signal) {
		let last = Promise.resolve();
		const sight = new IntersectionObserver(entries => entries.forEach(({ target, isIntersecting }) => {
			const url = image[items.indexOf(target)];
			if (!isIntersecting || this.#pictures.has(url)) return;
			sight.unobserve(target);
			last = last.then(async () => {
				if (signal.aborted) return;
				const picture = await drawPreview(await this.viewer.images.shelf.loadInfo(url), signal);
				if (!picture) return;
				this.#pictures.set(url, picture);
				target.querySelector('.preview')?.append(picture);
			}).catch(() => {});  // it has its title
		}), { root: this.dialog });
		items.forEach(item => sight.observe(item));
		signal.addEventListener('abort', () => sight.disconnect());
	}

	#step(event) {
		const { buttons } = this;
		const at = buttons.indexOf(event.composedPath()[0]);
		const [right, up] = ARROWS[event.key] ?? [];
		if (at < 0 || right === undefined) return;
		event.preventDefault();
		const columns = buttons.filter(({ offsetTop }) => offsetTop === buttons[0].offsetTop).length;
		buttons[at + right - up * columns]?.focus();
	}
}

// From the smallest level that will do, or from the whole picture where that is near or small.
async function drawPreview(info, signal) {
	const pictures = await (info.tiled ? smallTile(info, signal) : wholePictures(info));
	if (!pictures) return null;
	const { width, height } = info;
	const [w, h] = [width, height].map(length => Math.max(1, Math.round(length * Math.min(1, SIDE / Math.max(width, height)))));
	const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h, ariaHidden: 'true' });
	const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
	const levels = [];
	for (const open of pictures) {
		const bitmap = await open();
		context.drawImage(bitmap, 0, 0, w, h);
		bitmap.close();
		levels.push(context.getImageData(0, 0, w, h).data);
		signal.throwIfAborted();
	}
	const { length } = info.planes;
	const { light, camera } = initialSettings();
	const rgba = await relight(info.decoder, info.decoder.conditionsOf(light, camera), levels.slice(0, length), levels[length]);
	context.clearRect(0, 0, w, h);
	context.putImageData(new ImageData(rgba, w, h), 0, 0);
	return canvas;
}

async function smallTile(info, signal) {
	const { pyramid, load } = await openTiles(info);
	let level = pyramid.overview;
	while (level + 1 < pyramid.levels && Math.max(...pyramid.size(level + 1)) >= SIDE) level++;
	const bitmaps = await load(pyramid.tile(level, 0, 0), signal);
	return bitmaps.map(bitmap => () => bitmap);
}

async function wholePictures(info) {
	const { url, width, height } = info;
	const near = url.startsWith('dropped:') || NEAR.includes(new URL(url, document.baseURI).hostname);
	if (!near && width * height > FAR) return null;
	const blobs = await loadPictures(info);
	return blobs.map(blob => () => decodePicture(info, blob, info));
}
