// Where the view is in the image: a small picture of the whole, seen while not all of it is in sight.

import { VIEWED } from '../state/view.js';
import { connectDrag, on } from './points.js';
import { loadPreview, paintPreview } from './preview.js';

const SIDE = 132;  // CSS pixels that it is long

/** @param {Viewer} viewer */
export function createNavigator(viewer, { corner }) {
	const navigator = new Navigator(viewer);
	corner.prepend(navigator.element);
	viewer.store.subscribe(VIEWED, () => navigator.show());
	on(viewer, 'scene', () => navigator.open());
	on(viewer, 'frame', () => navigator.relight());
	navigator.open();
}

class Navigator {
	element = document.createElement('div');
	/** @type {Promise<import('./preview.js').Preview | null> | null} */
	#preview = null;  // once it is seen
	#shown = '';  // the image and the light that are painted, or about to be
	#life = new AbortController();  // while an image is shown

	/** @param {Viewer} viewer */
	constructor(viewer) {
		this.viewer = viewer;
		const { element } = this;
		element.id = 'navigator';
		element.ariaHidden = 'true';  // keys move the picture
		element.innerHTML = '<svg preserveAspectRatio="none"><path/></svg>';
		connectDrag(element, ([x, y]) => {
			const { left, top, width, height } = element.getBoundingClientRect();
			const center = [(x - left) / width, (y - top) / height].map(
				(share, axis) => +(Math.min(1, Math.max(0, share)) * viewer.scene.size[axis]).toFixed(3));
			viewer.motion.move('view', { zoom: viewer.view.zoom, center });
		});
	}

	// For the image that is shown now.
	open() {
		const { viewer: { scene: { size: [width, height] } }, element } = this;
		this.#life.abort();
		this.#life = new AbortController();
		this.#preview = null;
		element.querySelector('canvas')?.remove();
		const unit = SIDE / Math.max(width, height);
		Object.assign(element.style, { width: `${width * unit}px`, height: `${height * unit}px` });
		element.querySelector('svg')?.setAttribute('viewBox', `0 0 ${width} ${height}`);
		this.show();
		this.relight();
	}

	show() {
		const { viewer: { scene, view, store: { state: { canvas: [width, height] } } }, element } = this;
		element.hidden = !scene || view.showsAll;
		const corners = [[0, 0], [width, 0], [width, height], [0, height]].map(point => view.toImage(point));
		element.querySelector('path')?.setAttribute('d', `M${corners.join('L')}z`);
	}

	// Once the light rests.
	async relight() {
		const { viewer: { scene, store: { state: { light, camera, moving } } }, element } = this;
		const wanted = `${scene?.key} ${light} ${camera}`;
		if (!scene || moving || wanted === this.#shown || !element.checkVisibility()) return;
		this.#shown = wanted;
		const loading = this.#preview ??= loadPreview(
			scene.info, Math.round(SIDE * devicePixelRatio), this.#life.signal).catch(() => null);
		const preview = await loading;
		const picture = preview && await paintPreview(preview, light, camera);
		if (!picture || wanted !== this.#shown || loading !== this.#preview) return;
		element.querySelector('canvas')?.remove();
		element.prepend(picture);
	}
}
