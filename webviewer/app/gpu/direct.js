// Decodes each canvas pixel once, straight to the canvas, in place of tiles that are drawn from then on.

import { apply, compose, scaling } from '../state/transform.js';
import { View } from '../state/view.js';
import { coarseFirst } from './light.js';

/**
 * Whether that looks no different: of one picture, upright, while the light moves.
 *
 * @param {State} state
 * @param {Plan[]} plans
 */
export function goesDirect(state, plans) {
	const { moving, adaptive, tiling, rotation } = state;
	const view = new View(state);
	const [{ level, found, scene }] = plans;
	return moving === 'light' && adaptive && tiling && plans.length === 1 && rotation === 0
		&& !scene.info.sharpen && !view.tilted && view.zoom * 2 ** level <= 1 && found.length > 0;
}

/**
 * Returns how many tiles were drawn, and the pixels of what is in sight on a canvas of full size.
 *
 * @param {{ canvas: HTMLCanvasElement, present: PresentPass }} engine
 * @param {Plan} plan
 * @param {State} state
 */
export function drawDirect({ canvas, present }, { scene, transform, places }, state) {
	const { canvas: [width, height] } = state;
	const found = places.map(place => scene.tiles.get(place.key) ?? scene.above(place)[0]);
	const tiles = coarseFirst([...new Set(found)].filter(Boolean));
	const coarser = compose(scaling(canvas.width / width, canvas.height / height), transform);
	const pass = scene.decodePass(state, { grounded: true });
	pass.setConditions(scene.conditions(state), scene.look(state));
	present.clear();
	for (const tile of tiles) {
		tile.use();
		const area = canvasArea(tile, coarser, canvas);
		if (area.right > area.left && area.bottom > area.top) pass.show(tile, area, tile.toTile(coarser), present.ground);
	}
	if (!pass.grounds) tiles.forEach(tile => present.coverGround(tile, coarser));
	const zoom = Math.hypot(transform[0], transform[1]);
	return { shown: tiles.length, pixels: Math.min(width * height, scene.size[0] * scene.size[1] * zoom ** 2) };
}

// The canvas pixels whose middles lie on what a tile shows.
function canvasArea({ shown }, transform, { width, height }) {
	const at = corner => apply(transform, corner).map(value => Math.ceil(value - 0.5));
	const [left, top] = at([shown.left, shown.top]);
	const [right, bottom] = at([shown.right, shown.bottom]);
	return { left: Math.max(0, left), top: Math.max(0, top), right: Math.min(width, right), bottom: Math.min(height, bottom) };
}
