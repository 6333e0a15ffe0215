// Places on the page and on the canvas.

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };  // y up

// Canvas pixels of a pointer.
/** @type {(viewer: any, place: number[]) => number[]} */
export const canvasPoint = (viewer, [x, y]) => {
	const { left, top } = viewer.canvas.getBoundingClientRect();
	return [x - left, y - top].map(length => length * devicePixels(viewer));
};

// Canvas pixels per CSS pixel.
export const devicePixels = ({ canvas, store }) => store.state.canvas[0] / canvas.clientWidth;

// Turns the light or the camera by shares of the dome's radius, as the screen has them, y up.
/** @type {(viewer: Viewer, key: 'light' | 'camera', step: number[]) => void} */
export function turnBy({ view, motion, store: { state } }, key, step) {
	const direction = view.directionToScreen(state[key]);
	motion.turn(key, view.directionFromScreen(direction.map((at, axis) => at + step[axis])));
}

// A direction's azimuth, counter-clockwise from the right, and elevation, in whole degrees.
/** @type {(direction: number[]) => number[]} */
export const inDegrees = ([x, y]) => [
	Math.round(Math.atan2(y, x) * 180 / Math.PI + 360) % 360,
	Math.round(Math.acos(Math.min(1, Math.hypot(x, y))) * 180 / Math.PI),
];

export function on(target, types, handle) {
	types.split(' ').forEach(type => target.addEventListener(type, handle));
}

// Calls move(step, shift) for the keys that `steps` has.
export function stepByKeys(element, steps, move) {
	element.onkeydown = event => {
		const step = steps[event.key];
		if (!step) return;
		event.preventDefault();
		move(step, event.shiftKey);
	};
}

// drag(place on the page) follows a pointer that presses the element or, where that is `held`, its
// middle, which keeps its distance from the pointer.
export function connectDrag(element, drag, held = false) {
	let away = [0, 0];
	const move = ({ clientX, clientY }) => drag([clientX - away[0], clientY - away[1]]);
	element.onpointerdown = event => {
		element.setPointerCapture(event.pointerId);
		const { left, top, width, height } = element.getBoundingClientRect();
		if (held) away = [event.clientX - left - width / 2, event.clientY - top - height / 2];
		move(event);
	};
	element.oncontextmenu = () => false;
	element.onpointermove = event => {
		if (element.hasPointerCapture(event.pointerId)) move(event);
	};
}
