// The notes on the picture: their outlines and numbers, and a hand that draws new ones.

import { apply } from '../state/transform.js';
import { canvasPoint, devicePixels, on } from './points.js';

const LEAST = 6;  // CSS pixels that a shape is long

export class Marks {
	#places = [];  // of the numbers, image pixels

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
		viewer.store.subscribe('zoom center rotation canvas margin size', () => this.#place());
	}

	// All that enters the markup is numbers.
	show(notes, current) {
		const shown = notes.map((note, index) => ({ ...note, index })).filter(({ points }) => points);
		const mark = index => index === current ? ' class="current"' : '';
		const shapes = shown.map(({ kind, points, index }) =>
			`<path${mark(index)} d="M${points.join('L')}${kind === 'line' ? '' : 'z'}"/>`);
		const badges = shown.map(({ index }) => `<g class="badge" data-index="${index}"><circle${mark(index)} r="11"/>`
			+ `<text>${index + 1}</text></g>`);
		this.svg.innerHTML = `<g>${shapes.join('')}</g>${badges.join('')}`;
		this.#places = shown.map(({ points }) => points[0]);
		this.#place();
	}

	// The points of what a hand draws, image pixels; null where it draws nothing.
	/** @returns {Promise<number[][] | null>} */
	draw(kind) {
		const { viewer, svg } = this;
		/** @type {number[][]} */
		let points = [];
		svg.classList.add('drawing');
		const trace = svg.appendChild(document.createElementNS(svg.namespaceURI ?? '', 'polyline'));
		const { promise, resolve } = Promise.withResolvers();
		svg.onpointerdown = event => {
			svg.setPointerCapture(event.pointerId);
			points = [[event.clientX, event.clientY]];
		};
		svg.onpointermove = ({ clientX, clientY }) => {
			if (!points.length) return;
			points = kind === 'outline' ? [...points, [clientX, clientY]] : [points[0], [clientX, clientY]];
			const { left, top } = svg.getBoundingClientRect();
			trace.setAttribute('points', corners(kind, points).map(([x, y]) => [x - left, y - top]).join(' '));
		};
		svg.onpointerup = () => {
			const [[x, y]] = points;
			const long = points.some(([x1, y1]) => Math.hypot(x1 - x, y1 - y) >= LEAST);
			if (long || kind === 'point') resolve(corners(kind, kind === 'point' ? [points[0]] : points));
			else points = [];
		};
		addEventListener('keydown', ({ key }) => key === 'Escape' && resolve(null), { once: true });
		return promise.then(found => {
			svg.classList.remove('drawing');
			svg.onpointerdown = svg.onpointermove = svg.onpointerup = null;
			trace.remove();
			return found?.map(point => viewer.view.toImage(canvasPoint(viewer, point)).map(at => +at.toFixed(1))) ?? null;
		});
	}

	#place() {
		const { viewer, svg } = this;
		const toPage = viewer.view.transform.map(value => value / devicePixels(viewer));
		const [shapes, ...badges] = svg.children;
		shapes?.setAttribute('transform', `matrix(${toPage})`);
		badges.forEach((badge, i) => badge.setAttribute('transform', `translate(${apply(toPage, this.#places[i])})`));
	}
}

// Of a rectangle its four corners, along the screen.
const corners = (kind, points) => {
	if (kind !== 'rectangle' || points.length < 2) return points;
	const [[x, y], [x1, y1]] = points;
	return [[x, y], [x1, y], [x1, y1], [x, y1]];
};
