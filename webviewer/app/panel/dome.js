// The dome: a disc, in the screen's frame, that shows the photographs' lights, and moves the light.

import { connectDrag, on } from './points.js';

const TOLERANCE = 0.03;  // of the disc's radius, by which a light may be outside the photographed ones

/** @param {Viewer} viewer */
export function connectDome(viewer, parts) {
	const { dome } = parts;
	connectDrag(dome, ([x, y]) => {
		const { left, top, width, height } = dome.getBoundingClientRect();
		viewer.motion.moveLight(viewer.view.lightFromScreen([(x - left) / width * 2 - 1, 1 - (y - top) / height * 2]));
	});
	let hull = [];
	const show = () => showLight(viewer, parts, hull);
	viewer.store.subscribe('light rotation', show);
	on(viewer, 'scene', () => {
		const lights = viewer.scene.info.lights ?? [];
		hull = convexHull(lights);
		parts.lights.setAttribute('d', lights.map(([x, y]) => `M${x} ${-y}h0`).join(''));
		parts.hull.setAttribute('d', hull.length ? `M${hull.map(([x, y]) => `${x} ${-y}`).join('L')}z` : '');
		show();
	});
	show();
}

/** @param {Viewer} viewer */
function showLight({ view, store: { state: { light } } }, { dome, marker, outside: warning }, hull) {
	const [x, y] = view.lightToScreen(light);
	const elevation = Math.round(Math.acos(Math.min(1, Math.hypot(x, y))) * 180 / Math.PI);
	const outside = distanceOutside(hull, light) > TOLERANCE;
	marker.style.transform = `translate(${50 * x}%, ${-50 * y}%)`;
	dome.querySelector('svg').style.rotate = `${view.rotation}deg`;
	dome.ariaValueNow = elevation;
	const text = `${side(x, y)}, ${elevation}° above the surface`;
	if (dome.ariaValueText !== text) dome.ariaValueText = text;
	if (outside === dome.classList.contains('outside')) return;  // what is said again is announced again
	dome.classList.toggle('outside', outside);
	warning.textContent = outside ? 'Beyond the photographed lights: this is extrapolated' : '';
}

function side(x, y) {
	const name = (at, above, below) => at > 0.1 ? above : at < -0.1 ? below : '';
	const words = `${name(y, 'upper', 'lower')} ${name(x, 'right', 'left')}`.trim();
	return `light from ${words ? `the ${words}` : 'straight above'}`;
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
