// The canvas of a map: what of it is in sight, the points, and what is drawn over them.

import { Plot } from '../../map/plot.js';
import { Sight } from '../../map/sight.js';
import { on } from '../points.js';
import { connectKeys, connectPointers } from './hand.js';
import { drawOver } from './over.js';

const POINT = 3;  // CSS pixels across
const LARGEST_POINT = 7;
const REACH = 7;  // CSS pixels around the pointer in which a point is meant

/**
 * What is made of it.
 *
 * @typedef {object} Use
 * @property {(place: number[], reach: number) => void} pointed  at a place of the map; what is within reach is meant
 * @property {(outline: number[][]) => void} outlined  by a lasso
 * @property {() => void} drawing  before it is drawn
 */

export class MapCanvas {
	lassoes = false;  // whether a pointer draws around points, or moves the map
	/** @type {number[] | null} */
	cursor = null;  // a place of the map
	/** @type {number[] | null} */
	marked = null;  // likewise
	/** @type {number[][]} */
	lasso = [];  // places of the map, while it is drawn
	sight = new Sight();
	/** @type {Plot | null} */
	#plot = null;
	/** @type {Float32Array} */
	#points = new Float32Array();
	#asked = 0;  // the number of the frame that will draw it

	/**
	 * @param {HTMLCanvasElement} canvas
	 * @param {HTMLCanvasElement} over
	 * @param {Use} use
	 */
	constructor(canvas, over, use) {
		this.canvas = canvas;
		this.over = over;
		this.use = use;
		new ResizeObserver(() => this.redraw()).observe(canvas);
		on(canvas, 'webglcontextrestored blur focus', () => this.redraw());
		connectPointers(this);
		connectKeys(this);
	}

	// Shows other points, all of them.
	/** @param {Float32Array} points */
	async show(points) {
		this.#plot ??= await Plot.on(this.canvas);
		this.#points = this.#plot.points = points;
		this.cursor = this.marked = null;
		this.fit();
	}

	/** @param {Uint8Array} colours */
	colour(colours) {
		if (this.#plot) this.#plot.colours = colours;
	}

	fit() {
		this.#resize();
		this.sight.fit(this.#points);
		this.redraw();
	}

	// Of what is in sight, places of the map.
	get outline() {
		const [width, height] = this.sight.canvas;
		return [[0, 0], [width, 0], [width, height], [0, height]].map(corner => this.sight.toMap(corner));
	}

	// Canvas pixels per CSS pixel.
	get unit() {
		return this.sight.canvas[0] / (this.canvas.clientWidth || 1);
	}

	// Canvas pixels of a pointer.
	/** @param {{ clientX: number, clientY: number }} pointer */
	at({ clientX, clientY }) {
		const { left, top } = this.canvas.getBoundingClientRect();
		return [clientX - left, clientY - top].map(length => length * this.unit);
	}

	/** @param {number[]} point  canvas pixels */
	point(point) {
		this.use.pointed(this.sight.toMap(point), REACH * this.unit / this.sight.scale);
		this.redraw();
	}

	// At the point nearest to the cursor, however far it is.
	snap() {
		this.use.pointed(this.cursor ?? this.sight.center, Infinity);
		this.cursor = this.marked;
		this.redraw();
	}

	redraw() {
		if (this.#asked) return;
		this.#asked = requestAnimationFrame(() => {
			this.#asked = 0;
			this.#draw();
		});
	}

	#resize() {
		const { canvas, over, sight } = this;
		const size = [canvas.clientWidth, canvas.clientHeight].map(length => Math.round(length * devicePixelRatio));
		if (!size[0] || String(size) === String(sight.canvas)) return;
		sight.resize(size);
		for (const each of [canvas, over]) [each.width, each.height] = size;
	}

	#draw() {
		const { canvas, over, sight, unit, marked, cursor, lasso } = this;
		if (!canvas.clientWidth || !this.#plot) return;
		this.#resize();
		this.use.drawing();
		this.#plot.draw(sight, unit * Math.min(LARGEST_POINT, POINT * Math.sqrt(sight.closeness)));
		const byKey = canvas.matches(':focus-visible');
		drawOver(over, sight, unit, { marked, lasso, cursor: byKey ? cursor : null });
	}
}
