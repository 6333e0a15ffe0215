// What a frame decodes and draws. A relit tile is kept while its light holds; what is not there yet
// is shown from coarser levels.

import { apply, compose, scaling } from './transform.js';

const BUDGET_SHARE = 0.7;  // of the memory that what is in sight may take
const FRAMES_AT_REST = 3;  // how long the page may decode at a stretch when nothing moves
const ENOUGH = 1.04;  // canvas pixels that a pixel may cover
const EASY = 0.5;  // share of a frame's time that shows a machine fast enough for tiles

export class Painter {
	direct = false;  // the light is too slow for tiles: decode straight to the canvas
	backing = 1;  // canvas pixels per device pixel

	constructor(viewer) {
		this.viewer = viewer;
	}

	paint(scenes) {
		const { viewer, viewer: { memory, settings } } = this;
		memory.frame++;
		const plans = scenes.map(scene => this.plan(scene));
		viewer.fetch(plans);
		plans.forEach(({ found }) => found.forEach(tile => tile.use()));
		const direct = this.#goesDirect(plans);
		const work = direct ? this.#paintDirect(plans[0]) : this.#paintTiles(plans);
		const waiting = plans.some(({ missing, scene }) => missing.some(place => !viewer.failed(scene, place)));
		return {
			adapting: Boolean(settings.adaptive && viewer.moving),
			tiles: plans.flatMap(({ places }) => places).length,
			...work,
			complete: work.complete && !waiting,
		};
	}

	// What a scene needs on a canvas of a scale: the places in sight, nearest to the middle first, the
	// tiles found there, what is missing.
	plan(scene, scale = 1) {
		const { view, view: { visible } } = this.viewer;
		const ratio = view.image[0] / scene.size[0];  // not 1 where another image is compared
		const transform = compose(view.transform, scaling(ratio));
		const area = Object.fromEntries(Object.entries(visible).map(([side, at]) => [side, at / ratio]));
		const level = this.#level(scene, area, view.zoom * ratio * scale);
		const all = this.viewer.settings.tiling || scene.load ? scene.pyramid.tiles(level, area) : scene.pyramid.tiles(0);
		const places = sortByDistance(all, view.center.map(at => at / ratio / 2 ** level));
		return {
			scene, transform, area, level, places,
			// Decoded pixels per tile pixel and axis beyond which none is seen.
			density: scene.tiled ? Math.min(1, view.zoom * ratio * 2 ** level) : 1,
			found: places.map(({ key }) => scene.tiles.get(key)).filter(Boolean),
			missing: places.filter(({ key }) => !scene.tiles.has(key)),
		};
	}

	// What is in sight of a tile, or all of an image that is not tiled.
	partInSight({ scene, area }, tile, scale) {
		return scene.tiled && this.viewer.settings.tiling ? tile.within(area, scale) : tile.whole;
	}

	learn({ ms, interval, pixels, all, adapting }) {
		const { viewer: { adaptive, settings: { target } } } = this;
		adaptive.clock(ms, pixels);
		if (!adapting || !all || !pixels) return;
		adaptive.learn(interval, target);
		if (adaptive.scale < 1) this.direct = true;
		else if (interval < EASY * 1000 / target) this.direct = false;
	}

	// The finest level with a pixel for every canvas pixel, as far as memory has room for it.
	#level(scene, area, zoom) {
		const { memory, scenes } = this.viewer;
		const { pyramid, bytesPerTile } = scene;
		let level = Math.min(pyramid.levels - 1, Math.max(0, Math.floor(Math.log2(1 / zoom) + 1e-9)));
		if (!scene.load) return level;
		const room = BUDGET_SHARE * memory.budget / scenes.length;
		while (level < pyramid.levels - 1 && pyramid.tiles(level, area).length * bytesPerTile > room) level++;
		return level;
	}

	// Straight to the canvas: while the light moves, where that is faster and looks no different.
	#goesDirect(plans) {
		const { viewer: { settings, view, moving }, direct } = this;
		return direct && moving === 'light' && settings.adaptive && settings.tiling && plans.length === 1 && view.rotation === 0
			&& view.zoom * 2 ** plans[0].level <= 1 && plans[0].found.length > 0;
	}

	// Decodes each canvas pixel once, on a canvas that is coarser by the adaptive scale.
	#paintDirect(fine) {
		const { viewer: { gl, view, adaptive, settings, present } } = this;
		this.#setBacking(adaptive.scale);
		// A level up no pixel is skipped: that is slow.
		const coarse = this.plan(fine.scene, Math.max(0.5, this.backing) / ENOUGH);
		const { scene, transform, places } = coarse.missing.length ? fine : coarse;
		const shown = places.map(place => scene.tiles.get(place.key) ?? scene.above(place)[0]);
		const tiles = coarseFirst([...new Set(shown)].filter(Boolean));
		const coarser = compose(scaling(gl.canvas.width / view.canvas[0], gl.canvas.height / view.canvas[1]), transform);
		const pass = scene.decodePass(settings.shader);
		pass.setLight(settings.light);
		present.clear();
		for (const tile of tiles) {
			tile.use();
			const area = canvasArea(tile, coarser, gl.canvas);
			if (area.right > area.left && area.bottom > area.top) pass.show(tile, area, tile.toTile(coarser));
		}
		tiles.forEach(tile => present.coverGround(tile, coarser));
		const pixels = this.#pixelsInSight(scene, transform) * this.backing ** 2;
		this.viewer.counts.pixels += pixels;
		return { pixels, scale: this.backing, all: true, complete: false, presented: true, shown: tiles.length };
	}

	#paintTiles(plans) {
		const { viewer, viewer: { settings, adaptive, moving, loop } } = this;
		const adapting = Boolean(settings.adaptive && moving);
		// Light that moves needs all of what is in sight at once; anything else can wait its turn.
		const frames = moving ? 1 : FRAMES_AT_REST;
		const budget = settings.adaptive && moving !== 'light' ? frames * adaptive.budget(settings.target) : Infinity;
		const done = plans.map(plan => this.#light(plan, adapting, budget));
		const pixels = done.reduce((sum, each) => sum + each.pixels, 0);
		const complete = done.every(each => each.complete);
		if (!complete && (!adapting || moving === 'view')) loop.wanted = true;
		const presented = !done.some(({ held }) => held);
		if (presented) {
			this.#setBacking(1);
			viewer.compose(plans.map((plan, i) => ({ ...plan, tiles: done[i].tiles })));
		}
		return {
			pixels, complete, presented,
			shown: done.flatMap(({ tiles }) => tiles).length,
			scale: presented ? Math.min(1, ...done.map(({ scale }) => scale)) : this.backing,
			all: done.every(({ all }) => all),
		};
	}

	// Lights a plan's tiles as far as `budget` pixels go. Returns the tiles to draw, coarse first.
	#light(plan, adapting, budget) {
		const { viewer: { settings: { shader, light }, adaptive, moving, counts } } = this;
		const { scene, density, found, places } = plan;
		const version = `${shader} ${light}`;
		const scale = adapting && moving === 'light' ? Math.min(1, density * adaptive.scale) : 1;
		const isLit = tile => tile.version === version && tile.covers(this.partInSight(plan, tile, tile.scale));
		const isDone = tile => isLit(tile) && tile.scale >= scale && (moving || tile.covers(tile.whole));
		const stale = found.filter(tile => !isLit(tile));
		const unfinished = adapting && moving === 'light' ? [] : found.filter(tile => isLit(tile) && !isDone(tile));
		let pixels = 0;
		const decode = tile => {
			const pass = scene.decodePass(shader);
			if (!pixels) pass.setLight(light);
			const partly = moving === 'light' && tile.version !== version;
			const before = pixels;
			pixels += pass.decode(tile, scale, partly ? this.partInSight(plan, tile, scale) : tile.whole);
			tile.version = version;
			tile.use();
			counts.tiles++;
			counts.pixels += pixels - before;
		};
		for (const tile of [...stale, ...unfinished]) {
			if (pixels && pixels >= budget) break;
			decode(tile);
		}
		// After direct frames the picture stays as it is until all that can be lit is.
		const held = this.backing < 1 && !moving && !found.every(isLit);
		const dark = places.filter(({ key }) => !scene.tiles.has(key) || !isLit(scene.tiles.get(key)));
		const standIns = held ? [] : this.#standIns(scene, dark, isLit, decode);
		const lit = found.filter(isLit);
		return {
			pixels, held,
			tiles: [...standIns, ...lit],
			all: stale.length === found.length,
			complete: found.every(isDone),
			scale: lit.length ? Math.min(...lit.map(tile => Math.min(1, tile.scale / density))) : 1,
		};
	}

	// Tiles of other levels in place of dark ones: coarser ones, and over them finer that are lit.
	#standIns(scene, dark, isLit, decode) {
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

	#pixelsInSight({ size }, transform) {
		const { canvas } = this.viewer.view;
		const zoom = Math.hypot(transform[0], transform[1]);
		return Math.min(canvas[0] * canvas[1], size[0] * size[1] * zoom ** 2);
	}

	#setBacking(scale) {
		const { viewer: { gl: { canvas }, view } } = this;
		this.backing = scale;
		const [width, height] = view.canvas.map(length => Math.max(1, Math.round(length * this.backing)));
		if (canvas.width !== width) canvas.width = width;
		if (canvas.height !== height) canvas.height = height;
	}
}

// The canvas pixels whose middles lie on what a tile shows.
function canvasArea({ shown }, transform, { width, height }) {
	const at = corner => apply(transform, corner).map(value => Math.ceil(value - 0.5));
	const [left, top] = at([shown.left, shown.top]);
	const [right, bottom] = at([shown.right, shown.bottom]);
	return { left: Math.max(0, left), top: Math.max(0, top), right: Math.min(width, right), bottom: Math.min(height, bottom) };
}

const coarseFirst = tiles => tiles.toSorted((a, b) => b.level - a.level);

function sortByDistance(places, [x, y]) {
	const distance = ({ inner }) => Math.hypot(inner.x + inner.width / 2 - x, inner.y + inner.height / 2 - y);
	return places.toSorted((a, b) => distance(a) - distance(b));
}
