// The levels of pictures, of planes and of masks, onto a tile's textures.

import { placeOf } from '../shaders/layers.js';
import { shaderText } from '../shaders/texts.js';
import { createProgram, createTexture } from './gl.js';

const programs = new WeakMap();  // gl -> by the shader's name

/**
 * A picture's share onto a layer, from x, y on.
 *
 * @param {WebGL2RenderingContext} gl
 * @param {WebGLTexture} layers
 * @param {number} layer
 * @param {{ bitmap: any, x: number, y: number, width: number, height: number }} share
 */
export function fillLayer(gl, layers, layer, { bitmap, x, y, width, height }) {
	const target = gl.TEXTURE_2D_ARRAY;
	startAt(gl, x, y);
	gl.bindTexture(target, layers);
	gl.texSubImage3D(target, 0, 0, 0, layer, width, height, 1, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
}

// A plane whose latents, from `latent` on, lie in alphas: after the planes of these layers.
export function fillAlphas(gl, layers, latent, share) {
	const attachments = [0, 1, 2].map(channel => gl.COLOR_ATTACHMENT0 + channel);
	drawPicture(gl, 'alphas.glsl', gl.RGBA8, gl.RGBA, share, () => {
		attachments.forEach((attachment, channel) => {
			gl.framebufferTextureLayer(gl.FRAMEBUFFER, attachment, layers, 0, placeOf(latent + channel)[0]);
		});
		gl.drawBuffers(attachments);
		gl.colorMask(false, false, false, true);
	});
	gl.colorMask(true, true, true, true);
}

// On or off.
export function fillMask(gl, mask, share) {
	drawPicture(gl, 'on_or_off.glsl', gl.R8, gl.RED, share, () => {
		gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, mask, 0);
	});
}

export function fillLevels(gl, texture, layout, { bitmap, x, y, width, height }) {
	startAt(gl, x, y);
	gl.bindTexture(gl.TEXTURE_2D, texture);
	gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, layout, gl.UNSIGNED_BYTE, bitmap);
}

// Through a shader; attach() says onto what.
function drawPicture(gl, file, format, layout, share, attach) {
	const { width, height } = share;
	const levels = createTexture(gl, format, width, height);
	const framebuffer = gl.createFramebuffer();
	gl.activeTexture(gl.TEXTURE0);
	fillLevels(gl, levels, layout, share);
	gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
	attach();
	gl.useProgram(programOf(gl, file));
	gl.viewport(0, 0, width, height);
	gl.drawArrays(gl.TRIANGLES, 0, 3);
	gl.deleteFramebuffer(framebuffer);
	gl.deleteTexture(levels);
}

function programOf(gl, file) {
	const known = programs.get(gl) ?? {};
	programs.set(gl, known);
	if (!gl.isProgram(known[file] ?? null)) known[file] = createProgram(gl, shaderText(file)).program;
	return known[file];
}

function startAt(gl, x, y) {
	gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
	gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, x);
	gl.pixelStorei(gl.UNPACK_SKIP_ROWS, y);
}
