// Mouse, wheel, touch and keys.

import { t } from '../words/words.js';
import { zoomAbout } from './actions.js';
import { ARROWS, canvasPoint, devicePixels, on, turnBy } from './points.js';
import { drawRuler, isArmed } from './ruler.js';

const REACH = 0.45;  // share of the picture's shorter side that moves the light by 1
const LIGHT_STEP = 0.05;
const PAN_STEP = 60;  // CSS pixels
const WHEEL_ZOOM = 0.0016;  // per CSS pixel of the wheel
const WHEEL_LINE = 16;  // CSS pixels
const PINCH = 8;  // a touchpad's pinch comes as a small turn of the wheel
const TAP_ZOOM = 2;
const TAP_TIME = 350;  // milliseconds between two taps that are one double tap
const TAP_REACH = 24;  // CSS pixels from one to the other
const TAP_SLIP = 6;  // CSS pixels that a tap may move
const HINT_TIME = 1500;  // milliseconds

const KEYS = {
	'+': 'zoomIn', '=': 'zoomIn', '-': 'zoomOut', 0: 'fit', f: 'fit', 1: 'showPixels',
	r: 'tiltRight', R: 'tiltLeft', n: 'next', o: 'orbit', t: 'tiling', a: 'adaptive', h: 'ui', l: 'reading', w: 'notes', i: 'facts',
	s: 'split', b: 'blink', d: 'difference', x: 'flip', m: 'measure', c: 'camera', g: 'region', p: 'map', '?': 'help',
};

export function connectInput(viewer, element, parts, actions, signal) {
	const space = { held: false };
	// Whether wheel and single fingers belong to the page around.
	const yields = () => viewer.store.state.wheel === 'ctrl' && document.fullscreenElement !== element;
	const hint = createHint(parts.hint);
	connectPointers(viewer, space, yields, hint);
	parts.stage.onwheel = ({ deltaMode, deltaY, ctrlKey, metaKey, clientX, clientY }) => {
		if (yields() && !ctrlKey && !metaKey) {
			const key = /Mac/.test(navigator.platform) ? '⌘' : t`Ctrl`;
			hint(t`Hold ${key} and turn the wheel to zoom`);
			return true;
		}
		const unit = deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : ctrlKey ? PINCH : 1;
		zoomAbout(viewer, canvasPoint(viewer, [clientX, clientY]), Math.exp(-deltaY * unit * WHEEL_ZOOM));
		return false;
	};
	connectKeys(viewer, element, actions, space, signal);
}

function createHint(note) {
	let timer;
	return text => {
		clearTimeout(timer);
		timer = setTimeout(() => { note.textContent = ''; }, HINT_TIME);
		note.textContent = text;
	};
}

/** @param {Viewer} viewer */
function connectPointers(viewer, space, yields, hint) {
	const { canvas } = viewer;
	const mark = () => canvas.classList.toggle('yields', yields());
	viewer.store.subscribe('wheel canvas', mark);
	mark();
	// Two fingers are the picture's: the page must not scroll meanwhile.
	on(canvas, 'touchstart touchmove', event => {
		if (yields() && event.touches.length > 1 && event.cancelable) event.preventDefault();
	});
	const pointers = new Map();  // pointer id -> [x, y], CSS pixels
	/** @type {'light' | 'camera' | 'picture'} */
	let dragged = 'light';
	/** @type {number[] | null} */
	let press = null;  // where one finger or the main button went down, while it stays there
	/** @type {{ at: number[], time: number } | null} */
	let tap = null;  // the last press that stayed: { at, time }
	/** @type {number[] | null} */
	let measuring = null;  // the ruler's first end
	const tellFingers = () => hint(viewer.images.hasViews ? t`Two fingers turn the camera, the discs move light and camera`
		: t`Two fingers move the picture, the disc moves the light`);
	canvas.onpointerdown = ({ pointerId, clientX, clientY, button, shiftKey }) => {
		canvas.setPointerCapture(pointerId);
		const at = [clientX, clientY];
		press = pointers.size || button ? null : at;
		measuring = press && isArmed(viewer) ? canvasPoint(viewer, at) : null;
		const still = shiftKey || space.held;
		const turns = viewer.images.hasViews && (button === 2 || pointers.size === 1);
		dragged = turns && !still ? 'camera' : pointers.size > 0 || button !== 0 || still ? 'picture' : 'light';
		pointers.set(pointerId, at);
		canvas.classList.toggle('panning', dragged === 'picture');
		return button !== 1;  // the middle one would scroll the page
	};
	canvas.onpointermove = ({ pointerId, pointerType, clientX, clientY }) => {
		const before = pointers.get(pointerId);
		if (!before) return;
		const after = [clientX, clientY];
		const movement = difference(after, before);
		if (press && distance(after, press) > TAP_SLIP) press = null;
		pointers.delete(pointerId);
		const others = [...pointers.values()];
		pointers.set(pointerId, after);
		if (others.length) moveFingers(viewer, others, before, after);
		else if (measuring) drawRuler(viewer, measuring, canvasPoint(viewer, after));
		else if (dragged === 'picture') pan(viewer, movement);
		else if (!yields() || pointerType !== 'touch') drag(viewer, dragged, movement);
		else if (press) hint('');
		else tellFingers();
	};
	canvas.onpointerup = canvas.onpointercancel = ({ pointerId, pointerType, timeStamp, type }) => {
		pointers.delete(pointerId);
		canvas.classList.remove('panning');
		if (type === 'pointercancel') {
			if (yields() && pointerType === 'touch' && !pointers.size) tellFingers();  // the page scrolls
			press = null;
		}
		if (!press) return;
		const again = tap && timeStamp - tap.time < TAP_TIME && distance(press, tap.at) < TAP_REACH;
		if (again) zoomAbout(viewer, canvasPoint(viewer, press), TAP_ZOOM);
		tap = again ? null : { at: press, time: timeStamp };
	};
	canvas.oncontextmenu = () => false;
}

/** @type {(viewer: Viewer, key: 'light' | 'camera', movement: number[]) => void} */
function drag(viewer, key, [dx, dy]) {
	const { clientWidth, clientHeight } = viewer.canvas;
	const reach = REACH * Math.min(clientWidth, clientHeight);
	turnBy(viewer, key, [dx / reach, -dy / reach]);
}

/** @param {Viewer} viewer */
function pan(viewer, movement) {
	viewer.motion.move('view', viewer.view.panBy(movement.map(length => length * devicePixels(viewer))));
}

// Of several fingers, one moved. The point between two pans, or turns the camera where there are several, and
// their distance zooms; more pan.
/** @param {Viewer} viewer */
function moveFingers(viewer, others, before, after) {
	const share = difference(after, before).map(length => length / (1 + others.length));
	if (viewer.images.hasViews && others.length === 1) drag(viewer, 'camera', share);
	else pan(viewer, share);
	if (others.length > 1) return;
	const [other] = others;
	const factor = Math.max(1, distance(other, after)) / Math.max(1, distance(other, before));
	zoomAbout(viewer, canvasPoint(viewer, other.map((at, axis) => (at + after[axis]) / 2)), factor);
}

// Keys act where the focus is in the element; on a page of its own, anywhere.
function connectKeys(viewer, element, actions, space, signal) {
	const place = element.hasAttribute('standalone') ? window : element;
	place.addEventListener('keydown', event => {
		const [target] = event.composedPath();
		if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey
			|| target.closest?.('select, dialog, input, textarea')) return;
		if (event.key === ' ' && target === viewer.canvas) space.held = true;
		const arrow = ARROWS[event.key];
		const action = actions[KEYS[event.key] ?? KEYS[event.key.toLowerCase()]];
		if (arrow) moveByArrow(viewer, arrow, event.shiftKey);
		if (arrow || action) event.preventDefault();
		action?.();
	}, { signal });
	addEventListener('keyup', event => {
		if (event.key === ' ') space.held = false;
	}, { signal });
}

/** @param {Viewer} viewer */
function moveByArrow(viewer, [right, up], panning) {
	if (panning) pan(viewer, [-right * PAN_STEP, up * PAN_STEP]);
	else turnBy(viewer, 'light', [right * LIGHT_STEP, up * LIGHT_STEP]);
}

const difference = (a, b) => a.map((value, axis) => value - b[axis]);
const distance = (a, b) => Math.hypot(...difference(a, b));
