// The domes: discs, in the screen's frame, that show where the photographs' lights and cameras stood, and turn
// the light and the camera.

import { t } from '../words/words.js';
import { ARROWS, connectDrag, inDegrees, on, stepByKeys, turnBy } from './points.js';

const TOLERANCE = 0.03;  // of the disc's radius, by which a direction may be outside the photographed ones
const STEP = 0.05;  // of that radius, with a key

const BEYOND = {
	light: 'Beyond the photographed lights: this is extrapolated',
	camera: 'Beyond the photographed cameras: this is extrapolated',
	'light,camera': 'Beyond the photographed lights and cameras: this is extrapolated',
};
// Row by row: upper, level, lower; left, between, right.
const SIDES = [
	['the upper left', 'the top', 'the upper right'],
	['the left', 'straight above', 'the right'],
	['the lower left', 'the bottom', 'the lower right'],
];

/** @typedef {{ key: 'light' | 'camera', element: any, known: string, hull: number[][] }} Dome */

/** @param {Viewer} viewer */
export function connectDomes(viewer, parts) {
	/** @type {Dome[]} */
	const domes = [
		{ key: 'light', element: parts.dome, known: 'lights', hull: [] },
		{ key: 'camera', element: parts.cameraDome, known: 'views', hull: [] },
	];
	const show = () => {
		const outside = domes.filter(dome => showDirection(viewer, dome));
		tell(parts.outside, outside.map(({ key }) => key).join());
	};
	for (const { key, element } of domes) {
		connectDrag(element, ([x, y]) => {
			const { left, top, width, height } = element.getBoundingClientRect();
			const direction = [(x - left) / width * 2 - 1, 1 - (y - top) / height * 2];
			viewer.motion.turn(key, viewer.view.directionFromScreen(direction));
		});
	}
	stepByKeys(parts.cameraDome, ARROWS, step => turnBy(viewer, 'camera', step.map(at => at * STEP)));
	viewer.store.subscribe('light camera rotation', show);
	on(viewer, 'scene', () => {
		const { hasViews } = viewer.images;
		parts.cameraDome.hidden = !hasViews;
		parts.lamp.classList.toggle('two', hasViews);
		domes.forEach(dome => showKnown(dome, viewer.images.scenes));
		show();
	});
	show();
}

// Where the photographs' lights, or cameras, stood.
/** @param {Dome} dome */
function showKnown(dome, scenes) {
	const { element, known } = dome;
	const { info } = scenes.find(({ info }) => known === 'lights' || info.decoder.hasViews) ?? scenes[0];
	const places = info[known] ?? [];
	const hull = dome.hull = convexHull(places);
	element.querySelector('.known').setAttribute('d', places.map(([x, y]) => `M${x} ${-y}h0`).join(''));
	element.querySelector('.hull').setAttribute('d', hull.length ? `M${hull.map(([x, y]) => `${x} ${-y}`).join('L')}z` : '');
}

// Returns whether it is beyond the photographed ones.
/** @type {(viewer: Viewer, dome: Dome) => boolean} */
function showDirection({ view, store: { state } }, { key, element, hull }) {
	const [x, y] = view.directionToScreen(state[key]);
	const [, elevation] = inDegrees([x, y]);
	element.querySelector('.marker').style.transform = `translate(${50 * x}%, ${-50 * y}%)`;
	element.querySelector('svg').style.rotate = `${view.rotation}deg`;
	element.ariaValueNow = elevation;
	const from = side(x, y);
	const text = key === 'light' ? t`light from ${from}, ${elevation}° above the surface`
		: t`seen from ${from}, ${elevation}° above the surface`;
	if (element.ariaValueText !== text) element.ariaValueText = text;
	const outside = !element.hidden && distanceOutside(hull, state[key]) > TOLERANCE;
	element.classList.toggle('outside', outside);
	return outside;
}

// What is said again is announced again.
function tell(warning, beyond) {
	const text = beyond && t(BEYOND[beyond]);
	if (warning.textContent !== text) warning.textContent = text;
}

function side(x, y) {
	const [row, column] = [-y, x].map(at => at > 0.1 ? 2 : at < -0.1 ? 0 : 1);
	return t(SIDES[row][column]);
}

// Counter-clockwise, by Andrew's monotone chain.
function convexHull(points) {
	const sorted = points.toSorted(([ax, ay], [bx, by]) => ax - bx || ay - by);
	const half = chain => {
		const kept = [];
		for (const point of chain) {
			while (kept.length > 1 && turn(...kept.slice(-2), point) <= 0) kept.pop();
			kept.push(point);
		}
		return kept.slice(0, -1);
	};
	return [...half(sorted), ...half(sorted.toReversed())];
}

// Twice the area of the triangle; positive where it turns left.
const turn = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

function distanceOutside(hull, point) {
	return Math.max(0, ...hull.map((a, index) => {
		const b = hull[(index + 1) % hull.length];
		return -turn(a, b, point) / (Math.hypot(b[0] - a[0], b[1] - a[1]) || 1);
	}));
}
