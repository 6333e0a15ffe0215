// An image on the GPU: its tiles, the shaders that decode them, and where more tiles come from. opening.js makes it.

import { layersOf } from '../shaders/layers.js';
import { OF_SURFACE, variantOf } from '../shaders/look.js';
import { RANGES } from '../state/looks.js';
import { inOwnWords, t } from '../words/words.js';
import { DecodePass } from './decode.js';
import { checkMemory } from './gl.js';
import { Tile } from './tiles.js';

const PLAIN = { shading: 'plain', share: false, toned: false, coloured: false, second: false };
const FIXED = [...OF_SURFACE, 'multi-light-static'];  // whatever the light

export class Scene {
	/** @type {Record<string, DecodePass>} */
	passes = {};
	/** @type {import('./fan.js').Fan | undefined} */
	fan = undefined;  // of multi-light
	gone = false;  // whether its GPU memory was given back, or lost

	/**
	 * @param {SceneContext} context
	 * @param {{ key: string, info: any, mode: string, pyramid: import('../renderer/image/pyramid.js').Pyramid, notice: string, tiles?: Map<string, Tile>, load?: LoadTile,
	 *     shift?: import('./shift.js').Shift | null }} parts  load brings a tile's pictures, where not all tiles are there
	 */
	constructor(context, { key, info, mode, pyramid, notice, tiles = new Map(), load, shift = null }) {
		this.context = context;
		this.key = key;
		this.info = info;
		this.mode = mode;
		this.pyramid = pyramid;
		this.notice = notice;
		this.tiles = tiles;
		this.comesInTiles = Boolean(load);
		this.shift = shift;
		/** @type {LoadTile} */
		this.load = load ?? (async () => []);
		/** @type {[number, number]} */
		this.size = [pyramid.width, pyramid.height];
		this.tiled = this.comesInTiles || tiles.size > 1;
	}

	// At most, on the GPU, relit picture included.
	get bytesPerTile() {
		const { tileSize, overlap } = this.pyramid;
		return (tileSize + 2 * overlap) ** 2 * (4 * (layersOf(this.info) + 1) + (this.info.maskFile ? 1 : 0));
	}

	/**
	 * What decodes it as a state has it, its light not yet set; its latents are where the camera sees them. Where it
	 * can, it leaves the ground what is not of the object, if that is asked for.
	 *
	 * @param {Pick<State, 'shader' | 'camera' | LookKeys>} state
	 * @param {{ target?: Target, grounded?: boolean }} how
	 */
	decodePass(state, { target = 'unorm', grounded = false } = {}) {
		this.shift?.turn(state.camera);
		const { context: { gl, shaders }, info, passes } = this;
		const make = shaders.get(state.shader);
		if (!make) throw new Error(t`There is no shader named ${state.shader}: correct shader= in the address.`);
		const seen = variantOf(this.look(state));
		const variant = grounded && info.maskFile && !seen?.share ? { ...PLAIN, ...seen, grounded } : seen;
		const key = [state.shader, target, ...Object.values({ ...variant, evidence: null })].join();
		return passes[key] ??= new DecodePass(gl, make(gl, info.decoder, target, variant), target);
	}

	// How its colours are seen: the state's numbers in its own mode.
	/** @param {Pick<State, LookKeys>} state */
	look(state) {
		const numbers = Object.fromEntries(Object.keys(RANGES).map(key => [key, state[key]]));
		return /** @type {any} */ ({ mode: this.mode, ...numbers, evidence: this.info.field, fan: this.fan });
	}

	// What its decoder is told of the light and the camera that a state has.
	/** @param {Pick<State, 'light' | 'camera'>} state */
	conditions({ light, camera }) {
		return this.info.decoder.conditionsOf(FIXED.includes(this.mode) ? [0, 0] : light, camera);
	}

	// Whether it is the same picture wherever the light goes, or the camera.
	get isFixed() {
		return FIXED.includes(this.mode) && !this.info.decoder.hasViews;
	}

	get isThere() {
		return !this.gone && !this.context.gl.isContextLost();
	}

	// Brings a tile, to stay; loaded() is called when it is there.
	job(place, loaded) {
		return {
			key: `${this.key} ${place.key}`,
			load: signal => this.load(place, signal).catch(async error => {
				throw Object.assign(error, error.name === 'Error' && { message: await inOwnWords(error.message) });
			}),
			done: pictures => {
				const { key } = place;
				this.tiles.set(key, this.#make(place, pictures, () => {
					this.tiles.get(key)?.dispose();
					this.tiles.delete(key);
				}));
				loaded();
			},
		};
	}

	// use(tile) with a tile that is there, or is made for this alone.
	async withTile(place, use) {
		const kept = this.tiles.get(place.key);
		if (kept) return use(kept);
		const tile = this.#make(place, await this.load(place).catch(() => this.load(place)));
		try {
			return use(tile);
		} finally {
			tile.dispose();
		}
	}

	// The tiles above a place that are there, the nearest first.
	above(place) {
		const parent = this.pyramid.parent(place);
		return parent ? [this.tiles.get(parent.key), ...this.above(parent)].filter(Boolean) : [];
	}

	dispose() {
		this.gone = true;
		this.tiles.forEach(tile => tile.dispose());
		Object.values(this.passes).forEach(pass => pass.dispose());
		this.tiles.clear();
		this.fan?.dispose();
		this.shift?.dispose();
	}

	#make(place, pictures, release) {
		const { context: { gl, memory }, info } = this;
		const tile = new Tile(gl, memory, place, info, { release });
		pictures.forEach((bitmap, index) => {
			tile.fill(bitmap, index);
			bitmap.close();
		});
		checkMemory(gl);
		return tile;
	}
}
