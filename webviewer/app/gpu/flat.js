// An image whose planes are one picture each: cut into tiles, and its smaller levels made on the GPU:
// latents are averaged, two by two, as renderer/image/pyramid.py does.

import { decodePicture, loadPictures } from '../image.js';
import { checkMemory, createProgram } from './gl.js';
import { Tile } from './tiles.js';

const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;
uniform sampler2DArray planes;
uniform sampler2D mask;
uniform bool masked;
uniform int layer;  // the plane, -1 for the mask itself
uniform ivec2 origin;  // of the smaller tile in its level
uniform ivec2 source;  // of the larger tile in its level
uniform ivec2 last;  // pixel of the larger level
out vec4 colour;

// The mean of four pixels; those off the object do not count, unless all are.
void main() {
	ivec2 first = 2 * (origin + ivec2(gl_FragCoord.xy));
	vec4 sum = vec4(0.0);
	vec4 weighted = vec4(0.0);
	float weight = 0.0;
	for (int i = 0; i < 4; i++) {
		ivec2 at = min(first + ivec2(i & 1, i >> 1), last) - source;
		float on = masked ? texelFetch(mask, at, 0).r : 1.0;
		vec4 level = layer < 0 ? vec4(on) : texelFetch(planes, ivec3(at, layer), 0);
		sum += level;
		weighted += on * level;
		weight += on;
	}
	vec4 mean = layer < 0 || weight == 0.0 ? sum / 4.0 : weighted / weight;
	colour = floor(mean * 255.0 + 0.5 + 1e-4) / 255.0;
}`;

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

function shrink(gl, { planes, maskFile }, pyramid, tiles) {
	const { program, at } = createProgram(gl, FRAGMENT);
	const framebuffer = gl.createFramebuffer();
	gl.useProgram(program);
	gl.uniform1i(at('mask'), 1);
	gl.uniform1i(at('masked'), Number(Boolean(maskFile)));
	gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
	gl.enable(gl.SCISSOR_TEST);
	const drawLayers = ({ latents, mask }) => {
		for (let layer = maskFile ? -1 : 0; layer < planes.length; layer++) {
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
