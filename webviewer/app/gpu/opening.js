// Opens an image as a scene: in tiles that come when they are asked for, or all of it at once, with what its mode needs.

import { openTiles, withPicture } from '../renderer/image/relightable.js';
import { Pyramid } from '../renderer/image/pyramid.js';
import { OF_LIGHTS, OF_NEIGHBOURS, isFor, pictureFor } from '../shaders/look.js';
import { loadTexts } from '../shaders/texts.js';
import { t } from '../words/words.js';
import { createTiles } from './flat.js';
import { Scene } from './scene.js';

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
