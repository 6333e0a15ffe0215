// Reads levels of a tile's layers and of its mask.

/**
 * RGBA of each of the layers of an area of the tile's level, and of its mask where there is one.
 *
 * @param {WebGL2RenderingContext} gl
 * @param {Tile} tile
 * @param {number[]} layers
 * @param {{ x: number, y: number, width: number, height: number }} area  pixels of the level
 */
export function readLevels(gl, { latents, mask, outer }, layers, { x, y, width, height }) {
	const framebuffer = gl.createFramebuffer();
	gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
	const read = () => {
		const levels = new Uint8Array(4 * width * height);
		gl.readPixels(x - outer.x, y - outer.y, width, height, gl.RGBA, gl.UNSIGNED_BYTE, levels);
		return levels;
	};
	const levels = layers.map(layer => {
		gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, latents, 0, layer);
		return read();
	});
	if (mask) gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, mask, 0);
	const masked = mask && read();
	gl.deleteFramebuffer(framebuffer);
	return { layers: levels, mask: masked };
}
