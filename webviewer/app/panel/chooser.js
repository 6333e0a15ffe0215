// Chooses among many images, by pictures and titles: a dialog, made when it is first asked for.

import { initialSettings } from '../state/settings.js';
import { t } from '../words/words.js';
import { change } from './actions.js';
import { createDialog } from './dialog.js';
import { once } from './once.js';
import { ARROWS } from './points.js';
import { loadPreview, paintPreview } from './preview.js';

const SIDE = 176;  // pixels that a preview is long

const chooserOf = once((viewer, frame) => new Chooser(viewer, frame));
/** @type {(viewer: Viewer, frame: Element) => void} */
export const openChooser = (viewer, frame) => chooserOf(viewer, frame).open();

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
				const preview = await loadPreview(await this.viewer.images.shelf.loadInfo(url), SIDE, signal);
				if (!preview) return;
				const { light, camera } = initialSettings();
				const picture = await paintPreview(preview, light, camera);
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
