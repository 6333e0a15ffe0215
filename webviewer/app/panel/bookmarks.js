// Bookmarks: view, light, mode and comparison, in an address's spelling; and the tour from one to the next.

import { STILL } from '../state/motion.js';
import { RANGES } from '../state/looks.js';
import { initialSettings, readAddress, writeAddress } from '../state/settings.js';
import { change } from './actions.js';

const KEPT = ['light', 'zoom', 'center', 'rotation', 'compare', 'with', 'split', 'gain', 'mode', 'versus', 'ruler',
	...Object.keys(RANGES)];
const GLIDE = 1200;  // milliseconds from one to the next
const STAY = 4000;  // and at each, with READ for every character
const READ = 60;

// What is seen now; `canvas` is how large, in device pixels.
/** @param {Viewer} viewer */
export function currentSettings({ store: { state } }) {
	const kept = Object.fromEntries(KEPT.map(key => [key, state[key]]));
	return `${writeAddress({ ...initialSettings(), ...kept }).slice(1)}&canvas=${state.canvas}`.replace(/^&/, '');
}

// The changes that lead to a bookmark; on another screen as much of the image is seen.
/** @param {Viewer} viewer */
export function changesOf({ store: { state: { canvas, image } } }, settings) {
	const { image: _, ...read } = readAddress(settings);
	/** @type {Record<string, any>} */
	const asked = { ...Object.fromEntries(KEPT.map(key => [key, null])), ...read };
	const then = new URLSearchParams(settings).get('canvas')?.split(',').map(Number) ?? canvas;
	const share = Math.min(...canvas.map((length, axis) => length / then[axis]));
	if (asked.zoom && share > 0) asked.zoom = Number(asked.zoom) * share;
	if (asked.with && !image[asked.with]) asked.compare = null;
	return Object.fromEntries(Object.entries(asked).filter(([key]) => KEPT.includes(key)));
}

// Plays them in order; show(note) is called with each, and with null at the end.
/** @param {Viewer} viewer */
export function startTour(viewer, { stage }, bookmarks, show) {
	const bar = document.createElement('div');
	bar.id = 'tour';
	bar.className = 'note';
	bar.role = 'group';
	bar.ariaLabel = 'Tour';
	bar.innerHTML = `<button aria-label="Back">‹</button><p aria-live="polite"></p><button aria-label="On">›</button>
		<button>Pause</button><button aria-label="End the tour">×</button>`;
	const [back, text, on, pause, end] = /** @type {any[]} */ ([...bar.children]);
	let at = 0;
	let goesOn = !STILL.matches;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let timer;
	const leave = () => {
		clearTimeout(timer);
		bar.remove();
		show(null);
	};
	const go = async place => {
		if (place >= bookmarks.length) return leave();
		clearTimeout(timer);
		at = Math.max(0, place);
		const { text: said, settings } = bookmarks[at];
		text.textContent = `${at + 1} / ${bookmarks.length}  ${said}`;
		pause.textContent = goesOn ? 'Pause' : 'Play';
		show(bookmarks[at]);
		if (goesOn) timer = setTimeout(() => go(at + 1), GLIDE + STAY + READ * said.length);
		await glide(viewer, changesOf(viewer, settings), () => bar.isConnected && at === Math.max(0, place));
	};
	back.onclick = () => go(at - 1);
	on.onclick = () => go(at + 1);
	pause.onclick = () => {
		goesOn = !goesOn;
		go(at);
	};
	end.onclick = leave;
	bar.onkeydown = ({ key }) => key === 'Escape' && leave();
	stage.append(bar);
	on.focus();
	go(0);
}

// The light goes there before all else changes.
/** @param {Viewer} viewer */
async function glide(viewer, changes, wanted) {
	const from = viewer.store.state.light;
	const to = String(changes.light ?? initialSettings().light).split(',').map(Number);
	const start = performance.now();
	for (let share = 0; share < 1 && !STILL.matches && wanted();) {
		await new Promise(requestAnimationFrame);
		share = Math.min(1, (performance.now() - start) / GLIDE);
		const eased = share * share * (3 - 2 * share);
		viewer.motion.moveLight(from.map((value, axis) => value + eased * (to[axis] - value)));
	}
	if (wanted()) change(viewer, changes);
}
