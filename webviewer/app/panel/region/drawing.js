// Drawing a region over the picture: a layer that shows the strokes of the image shown, and takes new ones.

import { VIEWED } from '../../state/view.js';
import { t } from '../../words/words.js';
import { canvasPoint, devicePixels, on } from '../points.js';
import { COLOUR, paint, rectangle, thinOut } from './strokes.js';

const LEAST_SEEN = 3;  // canvas pixels from one to the next, where the pixels of a step can be told apart

/** @typedef {import('./strokes.js').Stroke} Stroke */

// What is drawn is kept with its image as long as the page is open.
export class Drawing {
	/** @type {Stroke['kind'] | null} */
	tool = null;
	erases = false;
	brush = 20;  // its radius, CSS pixels
	#step = 1;
	#strokes = new Map();  // image's address -> what was drawn
	#panels = new Set();  // the names of those open from which it is seen
	/** @type {Stroke | null} */
	#latest = null;  // while it is drawn

	/**
	 * @param {Viewer} viewer
	 * @param {() => void} changed  called when the image shown has other strokes
	 */
	constructor(viewer, changed) {
		this.viewer = viewer;
		this.changed = changed;
		this.layer = Object.assign(document.createElement('canvas'), { id: 'regionLayer', ariaHidden: 'true', hidden: true });
		this.#connect();
		viewer.store.subscribe(VIEWED, () => this.show());
		on(viewer, 'scene', () => this.#changed());
	}

	/** @returns {Stroke[]} */
	get strokes() {
		return this.#strokes.get(this.viewer.scene.info.url) ?? [];
	}

	set strokes(strokes) {
		this.#strokes.set(this.viewer.scene.info.url, strokes);
		this.#changed();
	}

	// Of what is drawn, every n-th pixel of every n-th row is in the region.
	get step() {
		return this.#step;
	}

	set step(step) {
		this.#step = step;
		this.#changed();
	}

	use(tool) {
		this.tool = tool;
		this.layer.classList.toggle('drawing', tool !== null);
	}

	// Unless nothing of it is in the picture.
	/** @param {Stroke} stroke */
	add(stroke) {
		if (stroke.kind === 'rectangle') {
			const [x, y, width, height] = rectangle(stroke.points);
			const [right, bottom] = this.viewer.scene.size;
			if (!(width > 0 && height > 0 && x < right && y < bottom && x + width > 0 && y + height > 0)) {
				this.viewer.say(t`This rectangle holds no pixel of the picture.`);
				this.show();
				return;
			}
		}
		this.strokes = [...this.strokes, { ...stroke, erases: this.erases }];
	}

	// While a panel is open.
	seenFrom(panel, open) {
		this.#panels[open ? 'add' : 'delete'](panel);
		this.layer.hidden = !this.#panels.size;
		this.show();
	}

	show() {
		const { layer, viewer: { store: { state: { canvas: [width, height] } }, view, scene } } = this;
		if (layer.hidden || !scene) return;
		Object.assign(layer, { width, height });
		const context = /** @type {CanvasRenderingContext2D} */ (layer.getContext('2d'));
		Object.assign(context, { fillStyle: COLOUR, strokeStyle: COLOUR });
		context.setTransform(.../** @type {[number, number, number, number, number, number]} */ (view.transform));
		context.rect(0, 0, ...scene.size);
		context.clip();
		paint(context, this.#latest ? [...this.strokes, this.#latest] : this.strokes);
		if (this.#step > 1 && view.zoom * this.#step >= LEAST_SEEN) thinOut(context, this.#step, scene.size);
	}

	#changed() {
		this.changed();
		this.show();
	}

	// The main button draws; what else is done on the picture is done as ever.
	#connect() {
		const { layer, viewer } = this;
		const place = ({ clientX, clientY }) => viewer.view.toImage(canvasPoint(viewer, [clientX, clientY]));
		layer.onpointerdown = event => {
			if (event.button || event.shiftKey || !event.isPrimary || !this.tool) return viewer.canvas.onpointerdown?.(event);
			layer.setPointerCapture(event.pointerId);
			const at = place(event);
			const radius = this.brush * devicePixels(viewer) / viewer.view.zoom;
			this.#latest = { kind: this.tool, points: [at, at], radius, erases: this.erases };
		};
		layer.onpointermove = event => {
			if (!this.#latest || !event.isPrimary) return;
			const { kind, points } = this.#latest;
			if (kind === 'rectangle') points[1] = place(event);
			else points.push(place(event));
			this.show();
		};
		layer.onpointerup = layer.onpointercancel = ({ isPrimary, type }) => {
			const stroke = this.#latest;
			if (!stroke || !isPrimary) return;
			this.#latest = null;
			if (type === 'pointerup') this.add(stroke);
			else this.show();
		};
		layer.oncontextmenu = () => false;
	}
}
