// A sphere in a photograph: its picture, its circle, and the lamp's image on it, to be moved and rejected.

import { told as inOwnWords } from '../app/words/problems.js';
import { t } from '../app/words/words.js';
import { placeOf } from './edits.js';
import { makeHandle } from './handle.js';
import { pictureOf } from './server.js';

const SVG = 'http://www.w3.org/2000/svg';

export class SphereView {
	/**
	 * @param {number} index
	 * @param {import('./edits.js').Sphere} sphere
	 * @param {() => import('./edits.js').Edits} edits what is wanted now
	 * @param {() => void} changed is told when something was let go
	 */
	constructor(index, sphere, edits, changed) {
		this.index = index;
		this.sphere = sphere;
		this.photograph = 0;
		this.name = '';
		this.edits = edits;
		this.changed = changed;
		this.all = false;
		this.element = document.createElement('figure');
		this.picture = this.element.appendChild(document.createElement('div'));
		this.picture.className = 'picture';
		this.image = this.picture.appendChild(document.createElement('img'));
		this.svg = this.picture.appendChild(document.createElementNS(SVG, 'svg'));
		this.svg.setAttribute('aria-hidden', 'true');
		this.rim = this.svg.appendChild(document.createElementNS(SVG, 'ellipse'));
		this.middle = this.#handle('middle', (by, to) => this.#moveCircle(by, to));
		this.edge = this.#handle('rim', (by, to) => this.#widen(by, to));
		this.mark = this.#handle('mark', (by, to) => this.#moveMark(by, to));
		this.mark.addEventListener('keydown', event => {
			if (event.key === 'Delete' || event.key === 'Backspace') this.#want(false);
		});
		const caption = this.element.appendChild(document.createElement('figcaption'));
		this.text = caption.appendChild(document.createElement('p'));
		this.reject = button(caption, '', () => this.#putOrReject());
		this.restore = button(caption, t`As found`, () => this.#want(null));
		this.together = button(caption, t`All photographs in one`, () => this.#together());
		this.together.setAttribute('aria-pressed', 'false');
	}

	/** @param {import('./edits.js').Sphere} sphere @param {number} photograph @param {string} name */
	show(sphere, photograph, name) {
		this.sphere = sphere;
		this.photograph = photograph;
		this.name = name;
		const where = this.all ? t`all photographs` : name;
		// Its shape before the picture is there, lest what is marked moves under a hand.
		this.picture.style.aspectRatio = `${sphere.width} / ${sphere.height}`;
		this.image.src = pictureOf(this.index, this.all ? null : photograph);
		this.image.alt = t`Sphere ${this.index + 1} in ${where}`;
		this.svg.setAttribute('viewBox', `${sphere.left - 0.5} ${sphere.top - 0.5} ${sphere.width} ${sphere.height}`);
		this.draw();
	}

	draw() {
		const { sphere, circle } = this, found = sphere.highlights[this.photograph];
		const along = circle.radius * (1 + sphere.elongation);
		for (const [key, value] of Object.entries({ cx: circle.x, cy: circle.y, rx: along, ry: circle.radius })) {
			this.rim.setAttribute(key, String(value));
		}
		this.rim.setAttribute('transform', `rotate(${sphere.turn} ${circle.x} ${circle.y})`);
		this.#put(this.middle, circle, t`Middle of sphere ${this.index + 1}`);
		this.#put(this.edge, { x: circle.x + circle.radius, y: circle.y }, t`Rim of sphere ${this.index + 1}`);
		const place = placeOf(found, this.wanted);
		this.mark.hidden = !place || this.all;
		this.mark.classList.toggle('by-hand', typeof this.wanted === 'object' && this.wanted !== null);
		if (place) this.#put(this.mark, place, t`Highlight on sphere ${this.index + 1}`);
		const lit = place && [place.x, place.y].map(at => at.toFixed(1));
		const highlight = !lit ? t`No highlight: ${inOwnWords(this.wanted === false ? 'rejected by hand' : found.reason ?? '')}.`
			: this.wanted ? t`Highlight at ${lit[0]}, ${lit[1]}, by hand.` : t`Highlight at ${lit[0]}, ${lit[1]}.`;
		const [x, y, radius] = [circle.x, circle.y, circle.radius].map(length => length.toFixed(1));
		this.text.textContent = `${t`Column ${x}, row ${y}, radius ${radius}.`} ${highlight}`;
		this.reject.textContent = place ? t`Reject this highlight` : t`Put a highlight here`;
		this.restore.disabled = this.wanted === null;
	}

	get circle() {
		return this.edits().spheres[this.index];
	}

	get wanted() {
		return this.edits().highlights[this.index][this.photograph];
	}

	#want(wish) {
		this.edits().highlights[this.index][this.photograph] = wish;
		this.draw();
		this.changed();
	}

	#moveCircle(by, to) {
		const { circle } = this;
		circle.x = by ? circle.x + by.x : to.x;
		circle.y = by ? circle.y + by.y : to.y;
		this.draw();
	}

	#widen(by, to) {
		const { circle } = this;
		const radius = by ? circle.radius + by.x - by.y : Math.hypot(to.x - circle.x, to.y - circle.y);
		circle.radius = Math.max(3, radius);
		this.draw();
	}

	#moveMark(by, to) {
		const at = placeOf(this.sphere.highlights[this.photograph], this.wanted) ?? this.circle;
		this.edits().highlights[this.index][this.photograph] = by ? { x: at.x + by.x, y: at.y + by.y } : to;
		this.draw();
	}

	#handle(kind, moved) {
		return this.picture.appendChild(makeHandle(kind, event => this.#placeOf(event), moved, () => this.changed()));
	}

	#placeOf(event) {
		const { left, top, width } = this.picture.getBoundingClientRect();
		const scale = this.sphere.width / width;
		return {
			x: this.sphere.left - 0.5 + (event.clientX - left) * scale,
			y: this.sphere.top - 0.5 + (event.clientY - top) * scale,
		};
	}

	#put(handle, { x, y }, name) {
		const { left, top, width, height } = this.sphere;
		handle.style.left = `${100 * (x - left + 0.5) / width}%`;
		handle.style.top = `${100 * (y - top + 0.5) / height}%`;
		handle.setAttribute('aria-label', t`${name}: column ${x.toFixed(1)}, row ${y.toFixed(1)}`);
	}

	#putOrReject() {
		const there = placeOf(this.sphere.highlights[this.photograph], this.wanted);
		this.#want(there ? false : { x: this.circle.x, y: this.circle.y });
	}

	#together() {
		this.all = !this.all;
		this.together.setAttribute('aria-pressed', String(this.all));
		this.show(this.sphere, this.photograph, this.name);
	}
}

/** @param {HTMLElement} parent @param {string} text @param {() => void} press */
function button(parent, text, press) {
	const made = parent.appendChild(document.createElement('button'));
	made.type = 'button';
	made.textContent = text;
	made.addEventListener('click', press);
	return made;
}
