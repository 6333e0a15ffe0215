// Lights the tiles of a plan. A relit tile is kept while its light and camera hold; what is not there yet is shown
// from other levels.

import { partInSight } from './plan.js';

/**
 * Lights a plan's tiles as far as `budget` pixels go.
 *
 * @param {Plan} plan
 * @param {State} state
 * @param {object} how
 * @param {number} how.scale  of decoding, where the light moves
 * @param {boolean} how.adapting
 * @param {number} how.budget
 * @param {boolean} how.whole  whether nothing is shown until all that can be lit is
 * @returns {{ tiles: Tile[], decoded: number, pixels: number, held: boolean, all: boolean,
 *     complete: boolean, scale: number }}  the tiles to draw, coarse first, and how many were decoded
 */
export function lightTiles(plan, state, { scale: adaptive, adapting, budget, whole }) {
	const { scene, density, found, places } = plan;
	const { shader, moving } = state;
	const [conditions, look] = [scene.conditions(state), scene.look(state)];
	const version = `${shader} ${conditions} ${Object.values(look)}`;
	const scale = adapting && moving === 'light' ? Math.min(1, density * adaptive) : 1;
	const isLit = tile => tile.version === version && tile.covers(partInSight(plan, tile, tile.scale));
	const isDone = tile => isLit(tile) && tile.scale >= scale && (moving || tile.covers(tile.whole));
	const stale = found.filter(tile => !isLit(tile));
	const unfinished = adapting && moving === 'light' ? [] : found.filter(tile => isLit(tile) && !isDone(tile));
	let [decoded, pixels] = [0, 0];
	const decode = tile => {
		const pass = scene.decodePass(state);
		if (!pixels) pass.setConditions(conditions, look);
		const partly = moving === 'light' && tile.version !== version;
		pixels += pass.decode(tile, scale, partly ? partInSight(plan, tile, scale) : tile.whole);
		tile.version = version;
		tile.use();
		decoded++;
	};
	for (const tile of [...stale, ...unfinished]) {
		if (pixels && pixels >= budget) break;
		decode(tile);
	}
	const held = whole && !found.every(isDone);
	const dark = places.filter(({ key }) => !scene.tiles.has(key) || !isLit(scene.tiles.get(key)));
	const inPlace = held ? [] : standIns(scene, dark, isLit, decode);
	const lit = found.filter(isLit);
	return {
		decoded, pixels, held,
		tiles: [...inPlace, ...lit],
		all: scene.isFixed || stale.length === found.length,
		complete: found.every(isDone),
		scale: lit.length ? Math.min(...lit.map(tile => Math.min(1, tile.scale / density))) : 1,
	};
}

// Tiles of other levels in place of dark ones: coarser ones, and over them finer that are lit.
/** @param {Scene} scene */
function standIns(scene, dark, isLit, decode) {
	const coarser = new Set();
	for (const place of dark) {
		const above = scene.above(place);
		const tile = above.find(isLit) ?? above[0];
		if (!tile) continue;
		if (!isLit(tile)) decode(tile);
		tile.use();
		coarser.add(tile);
	}
	const finer = dark.flatMap(place => scene.pyramid.children(place))
		.map(({ key }) => scene.tiles.get(key)).filter(tile => tile && isLit(tile));
	return [...coarseFirst([...coarser]), ...finer];
}

export const coarseFirst = tiles => tiles.toSorted((a, b) => b.level - a.level);
