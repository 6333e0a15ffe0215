// What a frame needs of an image: at which level, which tiles of it, and what is missing.

import { compose, scaling } from '../state/transform.js';

/**
 * The plan of a scene on a canvas of a scale; `room`: bytes that its tiles may take.
 *
 * @param {View} view
 * @param {Scene} scene
 * @param {{ tiling: boolean, room: number, scale?: number }} options
 * @returns {Plan}
 */
export function planScene(view, scene, { tiling, room, scale = 1 }) {
	const ratio = view.size[0] / scene.size[0];  // not 1 where another image is compared
	const { left, top, right, bottom } = view.visible;
	const area = { left: left / ratio, top: top / ratio, right: right / ratio, bottom: bottom / ratio };
	const level = levelFor(scene, area, view.zoom * ratio * scale, room);
	const all = tiling || scene.comesInTiles ? scene.pyramid.tiles(level, area) : scene.pyramid.tiles(0);
	const places = sortByDistance(all, view.center.map(at => at / ratio / 2 ** level));
	return {
		scene, area, level, places,
		transform: compose(view.transform, scaling(ratio)),
		partly: scene.tiled && tiling,
		density: scene.tiled ? Math.min(1, view.zoom * ratio * 2 ** level) : 1,
		found: places.map(({ key }) => scene.tiles.get(key)).filter(tile => tile !== undefined),
		missing: places.filter(({ key }) => !scene.tiles.has(key)),
	};
}

// What is in sight of a tile, or all of an image that is not tiled.
export function partInSight({ area, partly }, tile, scale) {
	return partly ? tile.within(area, scale) : tile.whole;
}

// The finest level with a pixel for every canvas pixel, as far as there is room for it.
function levelFor({ pyramid, bytesPerTile, comesInTiles }, area, zoom, room) {
	let level = Math.min(pyramid.levels - 1, Math.max(0, Math.floor(Math.log2(1 / zoom) + 1e-9)));
	if (!comesInTiles) return level;
	while (level < pyramid.levels - 1 && pyramid.tiles(level, area).length * bytesPerTile > room) level++;
	return level;
}

/** @type {(places: Plan['places'], middle: number[]) => Plan['places']} */
function sortByDistance(places, [x, y]) {
	const distance = ({ inner }) => Math.hypot(inner.x + inner.width / 2 - x, inner.y + inner.height / 2 - y);
	return places.toSorted((a, b) => distance(a) - distance(b));
}
