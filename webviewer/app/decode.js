// The decode pass: latents of a tile and a light to a relit picture.

import { createFramebuffer, createProgram, createTexture, readRenderer } from './gl.js';
import { bakedShader, bestExponential, frameUniform } from './shader.js';
import { scaling } from './transform.js';

const PLACE = `#version 300 es
// A parallelogram, from the unit square to clip space.
precision highp float;
uniform mat3x2 place;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(place * vec3(corner, 1.0), 0.0, 1.0);
}`;
const WHOLE_TARGET = [2, 0, 0, 2, -1, -1];

// The shaders to choose from, by name; harnesses add theirs. Each makes { text, begin, setLight } of a
// decoder; begin(gl, at) sets what never changes, at(name) being the location of a uniform.
export const shaders = new Map([['baked', (gl, decoder, templates, target) => ({
    text: bakedShader(decoder, templates, { target, exponential: bestExponential(readRenderer(gl).renderer) }),
    begin: () => {},
    setLight: (_, at, light) => {
        const { name, data } = frameUniform(decoder, light);
        gl.uniform4fv(at(name), data);
    },
})]]);

export class DecodePass {
    // shader: a name of `shaders`; target: 'unorm' for 8-bit levels or 'float' for raw output.
    constructor(gl, decoder, templates, shader, target = 'unorm') {
        if (!shaders.has(shader)) throw new Error(`There is no shader named ${shader}: correct shader= in the address.`);
        this.gl = gl;
        this.target = target;
        this.made = shaders.get(shader)(gl, decoder, templates, target);
        this.shader = createProgram(gl, PLACE, this.made.text);
        gl.useProgram(this.shader.program);
        this.made.begin(gl, this.shader.at);
    }

    setLight(light) {
        const { gl, shader: { program, at } } = this;
        gl.useProgram(program);
        this.made.setLight(gl, at, light);
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

    // Decodes what is in sight of a tile straight onto the canvas, one texel per canvas pixel.
    // toClip, toTexel: transforms from the unit square over the tile to clip space, from
    // fragments to texels.
    show({ latents }, toClip, toTexel) {
        const { gl } = this;
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.viewport(0, 0, gl.canvas.width, gl.canvas.height);
        this.#run(latents, toClip, toTexel);
    }

    // Adds a tile's share of the rows y0 to y1 of the image at 1:1 to `rows`, RGBA of `width` pixels
    // each, a Uint8Array or, of the raw output, a Float32Array; finish() may draw over them.
    readRows({ latents, inner, outer }, y0, y1, width, rows, finish = () => {}) {
        const top = Math.max(y0, inner.y);
        const bottom = Math.min(y1, inner.y + inner.height);
        if (top >= bottom) return;
        const { gl } = this;
        const float = this.target === 'float';
        if (float && !gl.getExtension('EXT_color_buffer_float')) {
            throw new Error('This graphics driver cannot draw into float textures.');
        }
        const texture = createTexture(gl, {
            format: float ? gl.RGBA32F : gl.RGBA8, width: outer.width, height: outer.height, filter: gl.NEAREST,
        });
        const framebuffer = createFramebuffer(gl, texture);
        const area = [inner.x - outer.x, top - outer.y, inner.width, bottom - top];
        gl.enable(gl.SCISSOR_TEST);
        gl.scissor(...area);
        this.#draw({ latents, outer }, framebuffer, [outer.width, outer.height]);
        finish();
        gl.disable(gl.SCISSOR_TEST);
        const packing = [[gl.PACK_ROW_LENGTH, width], [gl.PACK_SKIP_PIXELS, inner.x], [gl.PACK_SKIP_ROWS, top - y0]];
        packing.forEach(([key, value]) => gl.pixelStorei(key, value));
        gl.readPixels(...area, gl.RGBA, float ? gl.FLOAT : gl.UNSIGNED_BYTE, rows);
        packing.forEach(([key]) => gl.pixelStorei(key, 0));
        gl.deleteFramebuffer(framebuffer);
        gl.deleteTexture(texture);
    }

    dispose() {
        this.gl.deleteProgram(this.shader.program);
    }

    #draw({ latents, outer }, framebuffer, [width, height]) {
        const { gl } = this;
        gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
        gl.viewport(0, 0, width, height);
        this.#run(latents, WHOLE_TARGET, scaling(outer.width / width, outer.height / height));
    }

    #run(latents, place, toTexel) {
        const { gl, shader: { program, at } } = this;
        gl.useProgram(program);
        gl.bindTexture(gl.TEXTURE_2D_ARRAY, latents);
        gl.uniformMatrix3x2fv(at('place'), false, place);
        gl.uniformMatrix3x2fv(at('to_texel'), false, toTexel);
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
}
