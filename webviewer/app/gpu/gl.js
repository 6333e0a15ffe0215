// Small helpers over WebGL2.

import { coverShader } from '../shaders/specialise.js';
import { t } from '../words/words.js';

/** @type {WebGLContextAttributes} */
const OPTIONS = { alpha: false, antialias: false, depth: false, powerPreference: 'high-performance' };
const TRIES = 4;
const PAUSE = 500;  // milliseconds

// Resolves when the canvas has a context, or will have none: where the graphics process has just
// ended, a browser refuses until it has started another.
export async function awaitContext(canvas) {
	for (let i = 0; i < TRIES && !canvas.getContext('webgl2', OPTIONS); i++) {
		await new Promise(resolve => setTimeout(resolve, PAUSE));
	}
}

export function createContext(canvas) {
	const gl = canvas.getContext('webgl2', OPTIONS);
	if (gl) return gl;
	throw new Error(t`This browser gives no WebGL2, which the viewer needs: update it, or switch on hardware acceleration in its settings.`);
}

// Who really draws: { renderer, vendor }.
export function readRenderer(gl) {
	const { UNMASKED_RENDERER_WEBGL, UNMASKED_VENDOR_WEBGL } = gl.getExtension('WEBGL_debug_renderer_info') ?? {};
	return {
		renderer: gl.getParameter(UNMASKED_RENDERER_WEBGL ?? gl.RENDERER),
		vendor: gl.getParameter(UNMASKED_VENDOR_WEBGL ?? gl.VENDOR),
	};
}

// Returns { program, at }, where at(name) is the location of a uniform.
export function createProgram(gl, fragment, vertex = coverShader()) {
	const program = gl.createProgram();
	const shaders = [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]].map(([type, source]) => {
		const shader = gl.createShader(type);
		gl.shaderSource(shader, source);
		gl.compileShader(shader);
		gl.attachShader(program, shader);
		return shader;
	});
	gl.linkProgram(program);
	if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
		const log = [...shaders.map(shader => gl.getShaderInfoLog(shader)), gl.getProgramInfoLog(program)];
		throw new Error(`The graphics driver refuses the shader: ${log.find(Boolean) ?? 'no reason given'}`);
	}
	shaders.forEach(shader => gl.deleteShader(shader));
	const locations = {};
	const at = name => locations[name] ??= gl.getUniformLocation(program, name);
	return { program, at };
}

/**
 * A texture, or an array of them where `layers` is given.
 *
 * @param {WebGL2RenderingContext} gl
 * @param {number} format
 * @param {number} width
 * @param {number} height
 * @param {{ layers?: number, levels?: number, filter?: number }} options
 */
export function createTexture(gl, format, width, height, { layers, levels = 1, filter = gl.NEAREST } = {}) {
	const target = layers ? gl.TEXTURE_2D_ARRAY : gl.TEXTURE_2D;
	const texture = gl.createTexture();
	gl.bindTexture(target, texture);
	if (layers) gl.texStorage3D(target, levels, format, width, height, layers);
	else gl.texStorage2D(target, levels, format, width, height);
	gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, levels > 1 ? gl.LINEAR_MIPMAP_LINEAR : filter);
	gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, filter);
	gl.texParameteri(target, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
	gl.texParameteri(target, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
	return texture;
}

/**
 * To draw into.
 *
 * @param {WebGL2RenderingContext} gl
 * @param {number} format
 * @param {number} width
 * @param {number} height
 * @param {{ levels?: number, filter?: number }} [options]
 */
export function createTarget(gl, format, width, height, options) {
	const texture = createTexture(gl, format, width, height, options);
	const framebuffer = gl.createFramebuffer();
	gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
	gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
	const dispose = () => {
		gl.deleteTexture(texture);
		gl.deleteFramebuffer(framebuffer);
	};
	return { texture, framebuffer, width, height, dispose };
}

/**
 * Two targets as large as a canvas or a picture: these, or new ones where it has another size.
 *
 * @param {WebGL2RenderingContext} gl
 * @param {Memory} memory
 * @param {{ width: number, height: number }} size
 * @param {ReturnType<typeof createTarget>[]} targets
 * @param {[number, number]} kind  a format, and its bytes
 */
export function resized(gl, memory, { width, height }, targets, [format, bytes] = [gl.RGBA8, 4]) {
	if (targets[0]?.width === width && targets[0].height === height) return targets;
	for (const target of targets) {
		memory.give(target);
		target.dispose();
	}
	return [0, 1].map(() => {
		const target = createTarget(gl, format, width, height);
		memory.take(target, bytes * width * height);
		return target;
	});
}

export function checkMemory(gl) {
	if (gl.getError() !== gl.OUT_OF_MEMORY) return;
	throw new Error(t`The graphics card has no memory left for this image: close other tabs, or open a smaller image.`);
}
