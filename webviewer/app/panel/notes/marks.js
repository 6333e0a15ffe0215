// The notes on the picture: their outlines and numbers, and a hand that draws new ones.

import { apply } from '../../state/transform.js';
import { VIEWED } from '../../state/view.js';
import { canvasPoint, connectDrag, devicePixels, on } from '../points.js';

const LEAST = 6;  // CSS pixels that a shape is long

export class Marks {
	#places = [];  // of the numbers, image pixels
	stop = () => {};  // ends what is being drawn

	/**
	 * @param {Viewer} viewer
	 * @param {any} parts
	 * @param {(index: number) => void} choose  called with the number of a note that is pressed
	 */
	constructor(viewer, { stage, ruler }, choose) {
		this.viewer = viewer;
		this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
		this.svg.id = 'marks';
		this.svg.ariaHidden = 'true';
		stage.insertBefore(this.svg, ruler);
		on(this.svg, 'click', ({ target }) => {
			const { index } = target.closest('.badge')?.dataset ?? {};
			if (index) choose(Number(index));
		});
		viewer.store.subscribe(VIEWED, () => this.#place());
	}

	// All that enters the markup is numbers.
	show(notes, current) {
		const shown = notes.map((note, index) => ({ ...note, index })).filter(({ settings }) => settings === undefined);
		const mark = index => index === current ? ' class="current"' : '';
		const shapes = shown.map(({ kind, points, index }) =>
			`<path${mark(index)} d="M${points.join('L')}${kind === 'line' ? '' : 'z'}"/>`);
		const badges = shown.map(({ index }) => `<g class="badge" data-index="${index}"><circle${mark(index)} r="11"/>`
			+ `<text>${index + 1}</text></g>`);
		this.svg.innerHTML = `<g>${shapes.join('')}</g>${badges.join('')}`;
		this.#places = shown.map(({ points }) => points[0]);
		this.#place();
	}

	// The points of what a hand draws or, by key, of the middle; image pixels, null where it draws nothing.
	/** @returns {Promise<number[][] | null>} */
	async draw(kind, byKey) {
		const { viewer, svg } = this;
		const toImage = found => corners(kind, found).map(
			point => viewer.view.toImage(canvasPoint(viewer, point)).map(at => +at.toFixed(1)));
		if (byKey) {
			const { left, top, width, height } = svg.getBoundingClientRect();
			const [from, to] = (kind === 'point' ? [0.5] : [0.35, 0.65]).map(share => [left + share * width, top + share * height]);
			return toImage(kind === 'outline' ? corners('rectangle', [from, to]) : [from, to ?? from]);
		}
		/** @type {number[][]} */
		let points = [];  // of the page, all that were passed
		svg.classList.add('drawing');
		const trace = svg.appendChild(document.createElementNS(svg.namespaceURI ?? '', 'polyline'));
		const { promise, resolve } = Promise.withResolvers();
		connectDrag(svg, place => {
			points.push(place);
			const { left, top } = svg.getBoundingClientRect();
			trace.setAttribute('points', corners(kind, points).map(([x, y]) => [x - left, y - top]).join(' '));
		});
		svg.onpointerup = () => {
			const [[x, y]] = points;
			const long = points.some(([x1, y1]) => Math.hypot(x1 - x, y1 - y) >= LEAST);
			if (long || kind === 'point') resolve(toImage(points));
			points = [];
		};
		const life = new AbortController();
		addEventListener('keydown', event => {
			if (event.key !== 'Escape') return;
			event.stopPropagation();  // the panel stays
			resolve(null);
		}, { capture: true, signal: life.signal });
		const stop = () => resolve(null);
		this.stop();
		this.stop = stop;
		const found = await promise;
		life.abort();
		trace.remove();
		if (this.stop === stop) {
			svg.classList.remove('drawing');
			svg.onpointerdown = svg.onpointermove = svg.onpointerup = null;
		}
		return found;
	}

	#place() {
		const { viewer, svg } = this;
		const toPage = viewer.view.transform.map(value => value / devicePixels(viewer));
		const [shapes, ...badges] = svg.children;
		shapes?.setAttribute('transform', `matrix(${toPage})`);
		badges.forEach((badge, i) => badge.setAttribute('transform', `translate(${apply(toPage, this.#places[i])})`));
	}
}

// Of the places that a hand passed those that count.
/** @type {(kind: string, points: number[][]) => number[][]} */
const corners = (kind, points) => {
	const [[x, y], [x1, y1]] = [points[0], points[points.length - 1]];
	return kind === 'outline' ? points : kind === 'point' ? [[x, y]] : kind === 'line' ? [[x, y], [x1, y1]]
		: [[x, y], [x1, y], [x1, y1], [x, y1]];
};
