// What a viewer tells scripts of itself.

import { readRenderer } from './gpu/gl.js';

/**
 * The image shown, how it is decoded, and who draws.
 *
 * @param {Viewer} viewer
 */
export function tellInfo({ engine: { gl }, scene, store: { state: { shader, tiling, adaptive } } }) {
	const { url: image, label, units, parameters, latents, width, height } = scene?.info ?? {};
	return { ...readRenderer(gl), image, label, units, parameters, latents, width, height, shader, tiling, adaptive };
}

/**
 * Tiles wanted and failed, bytes of GPU memory, frames per second while something moves, and the decoding
 * scale, 1 where no pixel is left out.
 *
 * @param {Viewer} viewer
 */
export function tellStatus({ images, latest, engine: { memory }, store: { state: { moving } } }) {
	return {
		loading: images.loading,
		failed: images.failures.length,
		bytes: memory.bytes,
		mostBytes: memory.most,
		budget: memory.budget,
		tiles: latest?.tiles ?? 0,
		scale: latest?.scale ?? 1,
		rate: moving && latest?.interval ? 1000 / latest.interval : null,
	};
}

// What was done since the page was opened, and the tiles of what is in sight.
/** @param {Viewer} viewer */
export function tellCounts({ engine, firstPicture, images: { scenes }, store: { state } }) {
	const [scene] = scenes;
	const wantedTiles = scene ? engine.plan(state, scene, scenes.length).found.length : 0;
	return { ...engine.counts, firstPicture, wantedTiles, tilesInAll: scene?.pyramid.tiles(0).length ?? 0 };
}
