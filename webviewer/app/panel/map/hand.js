// A map under the hand: pointers, the wheel and keys move and zoom it, point at it and draw around points.

import { ARROWS } from '../points.js';

const STEP = 12;  // CSS pixels that a key moves the cursor,
const PAN = 40;  // or the map
const ZOOMS = { '+': 1.4, '=': 1.4, '-': 1 / 1.4 };
const WHEEL_ZOOM = 0.0016;  // per CSS pixel of the wheel
const WHEEL_LINE = 16;  // CSS pixels
const SLIP = 4;  // CSS pixels that a press may move

/** @typedef {import('./canvas.js').MapCanvas} MapCanvas */

// One moves the map or draws a lasso, two zoom; one that stays where it is pressed, or is over the map, points.
/** @param {MapCanvas} map */
export function connectPointers(map) {
	const { canvas, sight } = map;
	/** @type {Map<number, number[]>} */
	const pointers = new Map();  // pointer id -> canvas pixels
	/** @type {number[] | null} */
	let press = null;  // where a pointer went down, while it stays there
	canvas.onpointerdown = event => {
		canvas.setPointerCapture(event.pointerId);
		const at = map.at(event);
		press = pointers.size ? null : at;
		pointers.set(event.pointerId, at);
		map.lasso = map.lassoes && press ? [sight.toMap(at)] : [];
	};
	canvas.onpointermove = event => {
		const at = map.at(event);
		const before = pointers.get(event.pointerId);
		if (!before) return map.point(at);
		if (press && distance(at, press) < SLIP * map.unit) return;
		press = null;
		pointers.delete(event.pointerId);
		const [other] = pointers.values();
		pointers.set(event.pointerId, at);
		if (map.lasso.length) map.lasso.push(sight.toMap(at));
		else sight.panBy(at.map((value, axis) => (value - before[axis]) / pointers.size));
		if (other) sight.zoomAbout(other, Math.max(1, distance(at, other)) / Math.max(1, distance(before, other)));
		map.redraw();
	};
	canvas.onpointerup = canvas.onpointercancel = ({ pointerId, type }) => {
		pointers.delete(pointerId);
		const outline = map.lasso;
		map.lasso = [];
		if (type === 'pointerup' && press) map.point(press);
		else if (type === 'pointerup' && outline.length > 2) map.use.outlined(outline);
		press = null;
		map.redraw();
	};
	canvas.onwheel = event => {
		const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : 1;
		sight.zoomAbout(map.at(event), Math.exp(-event.deltaY * unit * WHEEL_ZOOM));
		map.redraw();
		return false;
	};
}

/** @param {MapCanvas} map */
export function connectKeys(map) {
	const { canvas, sight } = map;
	canvas.onkeydown = event => {
		const { key, shiftKey } = event;
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const at = map.cursor ? sight.toCanvas(map.cursor) : sight.canvas.map(length => length / 2);
		if (ARROWS[key]) {
			const [right, up] = ARROWS[key].map(step => step * (shiftKey ? PAN : STEP) * map.unit);
			if (shiftKey) sight.panBy([-right, up]);
			else moveCursor(map, [at[0] + right, at[1] - up]);
		} else if (ZOOMS[key]) sight.zoomAbout(at, ZOOMS[key]);
		else if (key === '0') map.fit();
		else if (key === 'Enter') map.snap();
		else return;
		event.preventDefault();
		map.redraw();
	};
}

// Within what is in sight.
/** @param {MapCanvas} map */
function moveCursor(map, point) {
	const { sight } = map;
	const to = sight.canvas.map((length, axis) => Math.min(length, Math.max(0, point[axis])));
	map.cursor = sight.toMap(to);
	map.point(to);
}

const distance = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);
