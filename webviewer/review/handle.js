// Something to take hold of on a picture: with a pointer, or with the arrow keys.

const STEP = 0.5, LARGE_STEP = 5; // pixels of the photograph
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * A button at a place of a picture; `moved` is told of each new place in pixels of the photograph, and `done` when it
 * is let go.
 * @param {string} kind
 * @param {(event: PointerEvent) => import('./edits.js').Place} place where a pointer is
 * @param {(by: import('./edits.js').Place | null, to: import('./edits.js').Place | null) => void} moved
 * @param {() => void} done
 */
export function makeHandle(kind, place, moved, done) {
	const handle = document.createElement('button');
	handle.type = 'button';
	handle.className = `handle ${kind}`;
	let dragged = false;
	handle.addEventListener('pointerdown', event => {
		dragged = false;
		handle.setPointerCapture(event.pointerId);
		handle.focus();
		event.preventDefault();
	});
	handle.addEventListener('pointermove', event => {
		if (!handle.hasPointerCapture(event.pointerId)) return;
		dragged = true;
		moved(null, place(event));
	});
	handle.addEventListener('pointerup', () => dragged && done());
	handle.addEventListener('keydown', event => {
		const way = KEYS[event.key];
		if (!way) return;
		const step = event.shiftKey ? LARGE_STEP : STEP;
		moved({ x: way[0] * step, y: way[1] * step }, null);
		done();
		event.preventDefault();
	});
	return handle;
}
