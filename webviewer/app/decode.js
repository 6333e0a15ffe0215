// The decode pass: latents of a tile and a light to a relit picture.

import { createFramebuffer, createProgram, createTexture, readRenderer } from './gl.js';
import { bakedShader, bestExponential, frameUniform, loopedShader, loopedUniforms } from './shader.js';

export const COVER = `#version 300 es
// One triangle over the whole target.
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
    gl_Position = vec4(corner, 0.0, 1.0);
}`;

export class DecodePass {
    // variant: 'baked' or 'looped'; target: 'unorm' for 8-bit levels or 'float' for raw output.
    constructor(gl, decoder, templates, variant, target = 'unorm') {
        if (variant === 'looped') checkLooped(gl, decoder);
        const make = variant === 'looped' ? loopedShader : bakedShader;
        this.gl = gl;
        this.decoder = decoder;
        this.variant = variant;
        this.target = target;
        const exponential = bestExponential(readRenderer(gl).renderer);
        this.shader = createProgram(gl, COVER, make(decoder, templates, { target, exponential }));
        if (variant === 'looped') this.#setWeights();
    }

    setLight(light) {
        const { gl, shader: { program, at } } = this;
        gl.useProgram(program);
        if (this.variant === 'looped') {
            gl.uniform2fv(at('light'), light);
        } else {
            const { name, data } = frameUniform(this.decoder, light);
            gl.uniform4fv(at(name), data);
        }
    }

    // Decodes a part of a tile's relit picture at `scale` decoded pixels per image pixel; returns
    // how many they are.
    decode(tile, scale, part = tile.whole) {
        const { gl } = this;
        const { width, height } = tile.outer;
        const [across, down] = [Math.ceil(width * scale), Math.ceil(height * scale)];
        Object.assign(tile, { decoded: [across, down], part, scale, smooth: false });
        const [left, top] = [Math.floor(part.x * across / width), Math.floor(part.y * down / height)];
        const right = Math.ceil((part.x + part.width) * across / width);
        const bottom = Math.ceil((part.y + part.height) * down / height);
        gl.enable(gl.SCISSOR_TEST);
        gl.scissor(left, top, right - left, bottom - top);
        this.#draw(tile, tile.target(), tile.decoded);
        gl.disable(gl.SCISSOR_TEST);
        return (right - left) * (bottom - top);
    }

    // Rows y0 to y1 of an image `width` pixels wide at 1:1, RGBA: Uint8Array or Float32Array.
    decodeRows(tiles, width, y0, y1) {
        const { gl } = this;
        const float = this.target === 'float';
        if (float && !gl.getExtension('EXT_color_buffer_float')) {
            throw new Error('This graphics driver cannot draw into float textures.');
        }
        const rows = new (float ? Float32Array : Uint8Array)(width * (y1 - y0) * 4);
        gl.pixelStorei(gl.PACK_ROW_LENGTH, width);
        for (const tile of tiles) this.#readRows(tile, y0, y1, rows, float);
        for (const key of [gl.PACK_ROW_LENGTH, gl.PACK_SKIP_PIXELS, gl.PACK_SKIP_ROWS]) gl.pixelStorei(key, 0);
        return rows;
    }

    dispose() {
        this.gl.deleteProgram(this.shader.program);
    }

    #readRows({ latents, inner, outer }, y0, y1, rows, float) {
        const top = Math.max(y0, inner.y);
        const bottom = Math.min(y1, inner.y + inner.height);
        if (top >= bottom) return;
        const { gl } = this;
        const { width, height } = outer;
        const texture = createTexture(gl, {
            format: float ? gl.RGBA32F : gl.RGBA8, width, height, filter: gl.NEAREST,
        });
        const framebuffer = createFramebuffer(gl, texture);
        const area = [inner.x - outer.x, top - outer.y, inner.width, bottom - top];
        gl.enable(gl.SCISSOR_TEST);
        gl.scissor(...area);
        this.#draw({ latents, outer }, framebuffer, [width, height]);
        gl.disable(gl.SCISSOR_TEST);
        gl.pixelStorei(gl.PACK_SKIP_PIXELS, inner.x);
        gl.pixelStorei(gl.PACK_SKIP_ROWS, top - y0);
        gl.readPixels(...area, gl.RGBA, float ? gl.FLOAT : gl.UNSIGNED_BYTE, rows);
        gl.deleteFramebuffer(framebuffer);
        gl.deleteTexture(texture);
    }

    #draw({ latents, outer }, framebuffer, [width, height]) {
        const { gl, shader: { program, at } } = this;
        gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
        gl.viewport(0, 0, width, height);
        gl.useProgram(program);
        gl.bindTexture(gl.TEXTURE_2D_ARRAY, latents);
        gl.uniform2f(at('texel_step'), outer.width / width, outer.height / height);
        gl.drawArrays(gl.TRIANGLES, 0, 3);
    }

    #setWeights() {
        const { gl, shader: { program, at } } = this;
        gl.useProgram(program);
        for (const { name, components, data } of loopedUniforms(this.decoder)) {
            gl[`uniform${components}fv`](at(name), data);
        }
    }
}

const OTHER_VECTORS = 2;    // texel_step and light

// The looped shader goes as far as the driver's room for uniforms; the baked one needs none.
function checkLooped(gl, decoder) {
    if (!decoder.layers) {
        throw new Error(`A ${decoder.model} image has no looped shader, since nothing in it is a network; use the baked shader.`);
    }
    const needed = loopedUniforms(decoder).reduce(
        (sum, { components, data }) => sum + data.length / components, OTHER_VECTORS);
    const room = gl.getParameter(gl.MAX_FRAGMENT_UNIFORM_VECTORS);
    if (needed > room) {
        throw new Error(`The looped shader of this decoder needs ${needed} uniform vectors, where this graphics `
            + `driver has room for ${room}; use the baked shader.`);
    }
}
