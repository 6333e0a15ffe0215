// A browser gives a page few WebGL contexts, and takes the oldest away when there are more. So a page's
// viewers share them: those in sight hold one; one that gives its own to another leaves a still picture.

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
	viewer = null;
	inSight = false;
	settled = false;  // whether its picture is there, or cannot be
	urgent = true;  // whether a picture is wanted that its still one does not show

	constructor(element, still) {
		Object.assign(this, { element, still });
		this.granted = new Promise(resolve => { this.grant = resolve; });
		seats.set(element, this);
		wishes.add(this);
		if (element.hasAttribute('standalone')) this.see(true);
		else sight.observe(element);
		assign();
	}

	// The viewer that was made with the context.
	hold(viewer) {
		this.viewer = viewer;
		this.grant = () => viewer.takeBack();
		viewer.addEventListener('starved', () => this.#wish(true));
		viewer.addEventListener('returned', assign);
		viewer.addEventListener('scene', assign);
		viewer.addEventListener('frame', ({ detail }) => {
			if (!viewer.away && detail.shown && (detail.complete || viewer.moving)) this.still.hidden = true;
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
		const [width, height] = viewer.view.canvas;
		if (viewer.drawNow()) {
			Object.assign(still, { width, height, hidden: false });
			still.getContext('2d', { willReadFrequently: true }).drawImage(viewer.canvas, 0, 0, width, height);
		}
		holders.delete(this);
		this.urgent = still.hidden;
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
	return [...holders].find(({ inSight, settled, viewer }) => viewer?.canGiveBack
		&& (resting ? settled && (viewer.atRest || !viewer.scene) : !inSight));
}

// All viewers of a page together keep to the budget of one.
function shareMemory() {
	const held = [...holders].filter(({ viewer }) => viewer);
	const share = 1 / Math.max(1, held.filter(({ inSight }) => inSight).length);
	held.forEach(({ viewer }) => viewer.setShare(share));
	for (let seat; bytesOf([...holders]) > mostBytes(held) && (seat = spare(false));) seat.giveBack();
}

const bytesOf = held => held.reduce((bytes, { viewer }) => bytes + (viewer?.memory.bytes ?? 0), 0);
const mostBytes = held => Math.max(0, ...held.map(({ viewer }) => (viewer?.settings.memory ?? Infinity) * 2 ** 20));
