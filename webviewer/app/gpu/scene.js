// An image on the GPU: its tiles, the shaders that decode them, and where more tiles come from.

import { openTiles, withPicture } from '../renderer/image/relightable.js';
import { Pyramid } from '../renderer/image/pyramid.js';
import { OF_LIGHTS, OF_NEIGHBOURS, OF_SURFACE, isFor, pictureFor, variantOf } from '../shaders/look.js';
import { loadTexts } from '../shaders/texts.js';
import { RANGES } from '../state/looks.js';
import { inOwnWords, t } from '../words/words.js';
import { DecodePass } from './decode.js';
import { createTiles } from './flat.js';
import { checkMemory } from './gl.js';
import { Tile } from './tiles.js';

const FIXED = [...OF_SURFACE, 'multi-light-static'];  // whatever the light

// Without `tiling` it is one tile; with it comes what its `mode` needs. Calls progress(0..1).
export async function openScene(context, key, described, { tiling, mode, memory: megabytes }, progress) {
	if (!isFor(mode, described.decoder.kind)) {
		throw new Error(t`${described.folder.name} is no PTM image, and diffuse gain is of these alone.`);
	}
	const own = withPicture(described, pictureFor(mode));
	const { openFan, ...loaded } = await OWN[mode]?.(described) ?? {};
	const info = { ...own, ...loaded };
	const scene = await (info.tiled ? openTiled : openFlat)(context, { key, info, mode }, { tiling, megabytes }, progress);
	try {
		scene.fan = await openFan?.(scene);
		return scene;
	} catch (error) {
		scene.dispose();
		throw error;
	}
}

async function openTiled(context, parts, { tiling }) {
	const notice = tiling ? '' : 'This image comes in tiles, so tiling stays on.';
	return new Scene(context, { ...parts, notice, ...await openTiles(parts.info) });
}

async function openFlat(context, parts, { tiling, megabytes }, progress) {
	const { info } = parts;
	const { gl, memory } = context;
	const { width, height } = info;
	const limit = gl.getParameter(gl.MAX_TEXTURE_SIZE);
	const side = Math.max(width, height);
	if (info.relief && side > limit) {
		throw new Error(t`This image exceeds the ${limit} pixels that this graphics card takes at once, and with its relief it cannot be drawn in parts: open it on another machine.`);
	}
	const layout = tiling && !info.relief ? { tileSize: 512 } : { tileSize: side > limit ? limit - 2 : side, levels: 1 };
	const pyramid = new Pyramid(width, height, { ...layout, overlap: 1 });
	const tiles = await createTiles(gl, memory, info, pyramid, progress);
	const shift = info.relief && await openShift(context, info, tiles.values().next().value);
	let notice = tiling || side <= limit ? ''
		: `This image exceeds the ${limit} pixels that this graphics card takes at once: it is drawn in parts.`;
	if (memory.fixed > megabytes * 2 ** 20) {
		const taken = Math.round(memory.fixed / 2 ** 20);
		notice = `This image takes ${taken} MB of graphics memory, where ${megabytes} MB are meant to do: `
			+ 'write it in tiles, with raking convert --tiles.';
	}
	return new Scene(context, { ...parts, pyramid, tiles, notice, shift });
}

// What puts the latents of a surface with relief where a camera sees them.
async function openShift(context, info, tile) {
	const texts = ['between.jinja', 'relief.jinja', 'relief.glsl.jinja', 'shifted.glsl.jinja'];
	const [{ Shift }] = await Promise.all([import('./shift.js'), loadTexts(texts)]);
	try {
		return await Shift.open(context, info, tile);
	} catch (error) {
		tile.dispose();
		throw error;
	}
}

// What `open` makes of a module, once that is there with its texts.
const own = (module, texts, open) => async info => open((await Promise.all([module(), loadTexts(texts)]))[0], info);
const sharpen = own(() => import('./sharpen.js'), ['blur.glsl.jinja', 'sharpen.glsl.jinja'], sharpen => ({ sharpen }));
const fan = own(() => import('./fan.js'), ['share.jinja'], ({ openFan }) => ({ openFan }));
// What a mode has of its own, loaded when it is first asked for.
const OWN = {
	evidence: own(() => import('../shaders/evidence.js'), ['evidence.jinja'],
		({ ErrorField }, { evidence }) => ({ field: new ErrorField(evidence) })),
	...Object.fromEntries(OF_NEIGHBOURS.map(mode => [mode, sharpen])),
	...Object.fromEntries(OF_LIGHTS.map(mode => [mode, fan])),
};

export class Scene {
	/** @type {Record<string, DecodePass>} */
	passes = {};
	/** @type {import('./fan.js').Fan | undefined} */
	fan = undefined;  // of multi-light
	gone = false;  // whether its GPU memory was given back, or lost

	/**
	 * @param {SceneContext} context
	 * @param {{ key: string, info: any, mode: string, pyramid: Pyramid, notice: string, tiles?: Map<string, Tile>, load?: LoadTile,
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
		return (tileSize + 2 * overlap) ** 2 * (4 * (this.info.planes.length + 1) + (this.info.maskFile ? 1 : 0));
	}

	/**
	 * What decodes it as a state has it, its light not yet set; its latents are where the camera sees them.
	 *
	 * @param {Pick<State, 'shader' | 'camera' | LookKeys>} state
	 * @param {Target} target
	 */
	decodePass(state, target = 'unorm') {
		this.shift?.turn(state.camera);
		const { context: { gl, shaders }, info, passes } = this;
		const make = shaders.get(state.shader);
		if (!make) throw new Error(t`There is no shader named ${state.shader}: correct shader= in the address.`);
		const variant = variantOf(this.look(state));
		const key = [state.shader, target, variant?.shading, variant?.share, variant?.toned, variant?.coloured, variant?.second].join();
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
