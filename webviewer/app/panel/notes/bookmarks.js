// Bookmarks: view, light, mode and comparison, in an address's spelling; and the tour from one to the next.

import { RANGES } from '../../state/looks.js';
import { STILL } from '../../state/motion.js';
import { initialSettings, readAddress, writeAddress } from '../../state/settings.js';
import { t, translate } from '../../words/words.js';
import { change } from '../actions.js';

const KEPT = ['light', 'camera', 'tilt', 'zoom', 'center', 'rotation', 'compare', 'with', 'split', 'gain', 'mode', 'versus', 'ruler',
	...Object.keys(RANGES)];
const STAY = 5000;  // milliseconds at each, with READ for every character
const READ = 60;

const kept = settings => Object.fromEntries(KEPT.map(key => [key, settings[key] ?? null]));

// What is seen now; `canvas` is how large, in device pixels.
/** @param {Viewer} viewer */
export const currentSettings = ({ store: { state } }) =>
	`${writeAddress({ ...initialSettings(), ...kept(state) }).slice(1)}&canvas=${state.canvas}`.replace(/^&/, '');

// The changes that lead to a bookmark; on another screen as much of the image is seen.
/** @param {Viewer} viewer */
export function changesOf({ store: { state: { canvas, image } } }, settings) {
	const asked = kept(readAddress(settings));
	const [width, height] = new URLSearchParams(settings).get('canvas')?.split(',').map(Number) ?? canvas;
	if (asked.zoom) asked.zoom = Number(asked.zoom) * Math.min(canvas[0] / width, canvas[1] / height);
	if (asked.with && !image[asked.with]) asked.compare = null;
	return asked;
}

// Plays them in order, by itself until a hand takes over.
/** @param {Viewer} viewer */
export function startTour(viewer, { stage }, bookmarks) {
	const bar = document.createElement('div');
	Object.assign(bar, { id: 'tour', className: 'note', role: 'group', ariaLabel: t`Tour` });
	bar.innerHTML = `<button aria-label="Back">‹</button><p aria-live="polite"></p><button aria-label="On">›</button>
		<button aria-label="End the tour">×</button>`;
	translate(bar);
	const [back, text, on, end] = /** @type {any[]} */ ([...bar.children]);
	let at = -1;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let timer;
	const leave = () => {
		clearTimeout(timer);
		bar.remove();
		viewer.canvas.focus();
	};
	const go = (step, byItself = false) => {
		clearTimeout(timer);
		at = Math.max(0, at + step);
		const next = bookmarks[at];
		if (!next) return leave();
		text.textContent = `${at + 1} / ${bookmarks.length}  ${next.text}`;
		change(viewer, changesOf(viewer, next.settings));
		if (byItself) timer = setTimeout(go, STAY + READ * next.text.length, 1, true);
	};
	back.onclick = () => go(-1);
	on.onclick = () => go(1);
	end.onclick = leave;
	bar.onkeydown = ({ key }) => {
		if (key === 'Escape') leave();
	};
	stage.append(bar);
	on.focus();
	go(1, !STILL.matches);
}
