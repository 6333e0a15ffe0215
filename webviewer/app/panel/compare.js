// Two images under one light: which, how, and what stands on the picture meanwhile.

import { t } from '../words/words.js';
import { change } from './actions.js';
import { MODE_NAMES } from './modes.js';
import { connectDrag, stepByKeys, on } from './points.js';

const STEPS = { ArrowLeft: -0.02, ArrowRight: 0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };

/** @param {Viewer} viewer */
export function connectCompare(viewer, parts) {
	const { second, handle, left, right, legend, steps } = parts;
	const { store, motion, images } = viewer;
	second.onchange = () => change(viewer, { with: second.selectedIndex });
	const put = to => {
		motion.move('view', { split: Math.min(1, Math.max(0, to)) });
	};
	connectDrag(handle, ([x]) => {
		const box = viewer.canvas.getBoundingClientRect();
		put((x - box.left) / box.width);
	}, true);
	stepByKeys(handle, STEPS, step => put(store.state.split + step));
	const show = () => {
		const { flipped, compare, split, gain } = store.state;
		const [scene, other] = images.scenes;
		const mode = other ? compare : 'off';
		second.selectedIndex = images.second;
		handle.hidden = right.hidden = mode !== 'split';
		handle.style.left = `${split * 100}%`;
		handle.ariaValueNow = Math.round(split * 100);
		// The map is white where the images differ by a whole 255 / gain steps or more.
		const [, middle, last] = steps.children;
		legend.hidden = mode !== 'difference';
		middle.textContent = Math.round(127.5 / gain);
		last.textContent = `${Math.round(255 / gain)}+`;
		left.hidden = mode === 'off';
		if (left.hidden) return;
		const names = scene.mode === other.mode ? distinct([scene.info, other.info])
			: [scene, other].map(({ mode }) => t(MODE_NAMES[mode]));
		left.textContent = { split: names[0], blink: names[Number(flipped)], difference: names.join(' − ') }[mode];
		right.textContent = names[1];
	};
	store.subscribe('flipped compare split gain image show with', show);
	on(viewer, 'scene', show);
}

// The images to compare with.
/** @param {Viewer} viewer */
export function showChoice(viewer, parts, names) {
	const { second } = parts;
	second.replaceChildren(...names.map(text => new Option(text)));
	second.selectedIndex = viewer.images.second;
}

// Images are told apart by their titles, those of one title by how they are decoded.
export function distinct(infos) {
	const titles = infos.map((info, index) => info?.title ?? t`Image ${index + 1}`);
	const labels = infos.map((info, index) => info?.label ?? titles[index]);
	const names = new Set(titles).size > 1 ? titles : labels;
	const isOnce = name => names.indexOf(name) === names.lastIndexOf(name);
	return names.map((name, index) => isOnce(name) || !infos[index] ? name : `${titles[index]} ${labels[index]}`);
}
