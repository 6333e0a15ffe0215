// A browser gives a page few WebGL contexts, and takes the oldest away when there are more. So a page's
// viewers share them: those in sight hold one; one that gives its own to another leaves a still picture.
// What they share is meant to be shared: it stands in this module, once for a page.

import { on } from './panel/points.js';

const MOST = matchMedia('(pointer: coarse)').matches ? 6 : 12;  // browsers have 8 on phones, else 16
const NEARLY = '25%';  // of the window: what is so near is in sight

const seats = new Map();  // element -> Seat
const holders = new Set();  // seats with a context, those longest in sight first
const wishes = new Set();  // seats that want one

const sight = new IntersectionObserver(entries => {
	entries.forEach(({ target, isIntersecting }) => seats.get(target)?.see(isIntersecting));
	assign();
}, { rootMargin: NEARLY });

// An element's place among those that share.
export class Seat {
	/** @type {Viewer | null} */
	viewer = null;
	inSight = false;
	settled = false;  // whether its picture is there, or cannot be
	urgent = true;  // whether a picture is wanted that its still one does not show

	/**
	 * @param {HTMLElement} element
	 * @param {HTMLCanvasElement} still  takes the still picture
	 */
	constructor(element, still) {
		this.element = element;
		this.still = still;
		this.granted = new Promise(resolve => { this.grant = resolve; });
		seats.set(element, this);
		wishes.add(this);
		if (element.hasAttribute('standalone')) this.see(true);
		else sight.observe(element);
		assign();
	}

	// The viewer that was made with the context.
	/** @param {Viewer} viewer */
	hold(viewer) {
		this.viewer = viewer;
		this.grant = () => viewer.hold.takeBack();
		on(viewer, 'starved', () => this.#wish(true));
		on(viewer, 'returned scene', assign);
		on(viewer, 'frame', ({ detail }) => {
			const { moving } = viewer.store.state;
			if (!viewer.away && detail.shown && (detail.complete || moving)) this.still.hidden = true;
		});
		assign();
	}

	settle() {
		this.settled = true;
		assign();
	}

	see(inSight) {
		if (inSight && !this.inSight && holders.delete(this)) holders.add(this);
		this.inSight = inSight;
		if (inSight) this.#wish(false);
	}

	giveBack() {
		const { viewer, still } = this;
		if (!viewer) return;
		const [width, height] = viewer.store.state.canvas;
		if (viewer.drawNow()) {
			Object.assign(still, { width, height, hidden: false });
			still.getContext('2d', { willReadFrequently: true })?.drawImage(viewer.canvas, 0, 0, width, height);
		}
		holders.delete(this);
		this.urgent = Boolean(still.hidden);
		viewer.giveBack();
	}

	leave() {
		sight.unobserve(this.element);
		seats.delete(this.element);
		holders.delete(this);
		wishes.delete(this);
		assign();
	}

	#wish(urgent) {
		if (holders.has(this)) return;
		this.urgent ||= urgent;
		wishes.add(this);
		assign();
	}
}

function assign() {
	for (const seat of [...wishes].toSorted((a, b) => b.inSight - a.inSight || b.urgent - a.urgent)) {
		if (holders.size >= MOST && seat.inSight) (spare(false) ?? (seat.urgent ? spare(true) : null))?.giveBack();
		if (holders.size >= MOST || !(seat.inSight || isIdle())) continue;
		wishes.delete(seat);
		holders.add(seat);
		seat.urgent = false;
		seat.grant();
	}
	shareMemory();
}

// Whether one out of sight may have its turn: where there is a context for everyone, and nobody is waited for.
function isIdle() {
	const held = [...holders];
	return seats.size <= MOST && held.every(({ settled }) => settled) && bytesOf(held) < mostBytes(held) / 2;
}

// A seat that can give its context back: out of sight or, with `resting`, one whose picture is at rest or
// cannot be.
function spare(resting) {
	return [...holders].find(({ inSight, settled, viewer }) => viewer?.hold.canGiveBack
		&& (resting ? settled && (viewer.atRest || !viewer.scene) : !inSight));
}

// All viewers of a page together keep to the budget of one.
function shareMemory() {
	const held = [...holders].filter(({ viewer }) => viewer);
	const share = 1 / Math.max(1, held.filter(({ inSight }) => inSight).length);
	held.forEach(({ viewer }) => viewer.store.set({ share }));
	for (let seat; bytesOf([...holders]) > mostBytes(held) && (seat = spare(false));) seat.giveBack();
}

const bytesOf = held => held.reduce((bytes, { viewer }) => bytes + (viewer?.engine.memory.bytes ?? 0), 0);
const mostBytes = held => Math.max(0, ...held.map(({ viewer }) => (viewer?.store.state.memory ?? Infinity) * 2 ** 20));
