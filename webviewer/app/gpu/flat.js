// An image whose planes are one picture each: cut into tiles, and its smaller levels made on the GPU:
// latents are averaged, two by two, as renderer/image/pyramid.py does.

import { decodePicture, loadPictures } from '../renderer/image/relightable.js';
import { shaderText } from '../shaders/texts.js';
import { checkMemory, createProgram } from './gl.js';
import { Tile } from './tiles.js';

// The tiles of all levels: Map key -> tile. Calls progress(0..1).
export async function createTiles(gl, memory, info, pyramid, progress) {
	const pictures = await loadPictures(info);
	// The sizes are checked before anything is made as large as they say.
	const first = await decodePicture(info, pictures[0], info);
	const tiles = new Map();
	try {
		for (let level = 0; level < pyramid.levels; level++) {
			for (const place of pyramid.tiles(level)) {
				tiles.set(place.key, new Tile(gl, memory, place, info, { mipmaps: pyramid.levels === 1 }));
			}
		}
		checkMemory(gl);
		for (const [index, blob] of pictures.entries()) {
			const bitmap = index ? await decodePicture(info, blob, info) : first;
			for (const tile of tiles.values()) {
				if (tile.level === 0) tile.fill(bitmap, index, tile.outer.x, tile.outer.y);
			}
			bitmap.close();
			progress((index + 1) / pictures.length);
		}
		shrink(gl, info, pyramid, tiles);
		checkMemory(gl);
		return tiles;
	} catch (error) {
		tiles.forEach(tile => tile.dispose());
		throw error;
	}
}

function shrink(gl, { maskFile }, pyramid, tiles) {
	const { program, at } = createProgram(gl, shaderText('reduce.glsl'));
	const framebuffer = gl.createFramebuffer();
	gl.useProgram(program);
	gl.uniform1i(at('mask'), 1);
	gl.uniform1i(at('masked'), Number(Boolean(maskFile)));
	gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
	gl.enable(gl.SCISSOR_TEST);
	const drawLayers = ({ layers, latents, mask }) => {
		for (let layer = maskFile ? -1 : 0; layer < layers; layer++) {
			if (layer < 0) gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, mask, 0);
			else gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, latents, 0, layer);
			gl.uniform1i(at('layer'), layer);
			gl.drawArrays(gl.TRIANGLES, 0, 3);
		}
	};
	for (const tile of tiles.values()) {
		const { level, outer, outer: { x, y, width, height } } = tile;
		if (level === 0) continue;
		gl.viewport(0, 0, width, height);
		gl.uniform2i(at('origin'), x, y);
		gl.uniform2i(at('last'), ...pyramid.size(level - 1).map(length => length - 1));
		for (const { key } of pyramid.children({ level, inner: outer })) {
			const { inner, outer: from, latents, mask } = tiles.get(key);
			gl.scissor(inner.x / 2 - x, inner.y / 2 - y, Math.ceil(inner.width / 2), Math.ceil(inner.height / 2));
			gl.uniform2i(at('source'), from.x, from.y);
			gl.activeTexture(gl.TEXTURE1);
			gl.bindTexture(gl.TEXTURE_2D, mask);
			gl.activeTexture(gl.TEXTURE0);
			gl.bindTexture(gl.TEXTURE_2D_ARRAY, latents);
			drawLayers(tile);
		}
	}
	gl.disable(gl.SCISSOR_TEST);
	gl.deleteProgram(program);
	gl.deleteFramebuffer(framebuffer);
}
