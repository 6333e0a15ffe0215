// Half-size levels made on the GPU: latents are averaged, two by two, as renderer/pyramid.py does.

import { createProgram } from './gl.js';

const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;
uniform sampler2DArray planes;
uniform sampler2D mask;
uniform bool masked;
uniform int layer;  // the plane, -1 for the mask itself
uniform ivec2 origin;  // of the smaller tile, in its level's pixels
uniform ivec2 source;  // of the larger tile, in its level's pixels
uniform ivec2 last;  // the last pixel of the larger level
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

export class LevelPass {
    constructor(gl, { planes, maskFile }) {
        Object.assign(this, { gl, planes: planes.length, masked: Boolean(maskFile) });
        this.shader = createProgram(gl, FRAGMENT);
        this.framebuffer = gl.createFramebuffer();
        gl.useProgram(this.shader.program);
        gl.uniform1i(this.shader.at('mask'), 1);
        gl.uniform1i(this.shader.at('masked'), this.masked);
    }

    // Fills a tile from those one level down, among `tiles`, key -> tile.
    shrink(pyramid, tile, tiles) {
        const { gl, shader: { at } } = this;
        const { level, outer, outer: { x, y, width, height } } = tile;
        gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer);
        gl.viewport(0, 0, width, height);
        gl.enable(gl.SCISSOR_TEST);
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
            this.#drawLayers(tile);
        }
        gl.disable(gl.SCISSOR_TEST);
    }

    dispose() {
        this.gl.deleteProgram(this.shader.program);
        this.gl.deleteFramebuffer(this.framebuffer);
    }

    #drawLayers({ latents, mask }) {
        const { gl, shader: { at } } = this;
        for (let layer = this.masked ? -1 : 0; layer < this.planes; layer++) {
            if (layer < 0) gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, mask, 0);
            else gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, latents, 0, layer);
            gl.uniform1i(at('layer'), layer);
            gl.drawArrays(gl.TRIANGLES, 0, 3);
        }
    }
}
