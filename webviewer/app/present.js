// The present pass: relit tiles onto the canvas, under pan and zoom.

import { createProgram } from './gl.js';

const VERTEX = `#version 300 es
precision highp float;
uniform vec4 inner;         // image pixels: left, top, right, bottom
uniform vec2 offset;        // canvas pixel of the image's top left corner
uniform float zoom;
uniform vec2 canvas;        // canvas pixels
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 position = (mix(inner.xy, inner.zw, corner) * zoom + offset) / canvas * 2.0 - 1.0;
    gl_Position = vec4(position.x, -position.y, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D relit;    // row 0 is the top of the image
uniform sampler2D mask;
uniform bool masked;
uniform bool exact;         // each decoded pixel as it is, not smoothed
uniform vec2 offset;
uniform float zoom;
uniform vec2 canvas;
uniform vec4 outer;         // image pixels: left, top, width, height
uniform vec2 decoded;       // decoded pixels, across and down
uniform vec3 ground;
out vec4 colour;

void main() {
    vec2 image = (vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y) - offset) / zoom - outer.xy;
    vec2 pixel = image * decoded / outer.zw;
    if (exact) {
        colour = texelFetch(relit, ivec2(clamp(pixel, vec2(0.0), decoded - 1.0)), 0);
    } else {
        colour = texture(relit, clamp(pixel, vec2(0.5), decoded - 0.5) / vec2(textureSize(relit, 0)));
    }
    if (masked) colour.rgb = mix(ground, colour.rgb, texture(mask, image / outer.zw).r);
    colour.a = 1.0;
}`;

// Magnified this much, pixels are being inspected: they are shown as they are.
const INSPECTING = 8;

export class PresentPass {
    constructor(gl, ground) {
        this.gl = gl;
        this.ground = ground;
        this.shader = createProgram(gl, VERTEX, FRAGMENT);
        const { program, at } = this.shader;
        gl.useProgram(program);
        gl.uniform1i(at('relit'), 0);
        gl.uniform1i(at('mask'), 1);
        gl.uniform3fv(at('ground'), ground);
    }

    // view: { zoom, offset: [x, y] } in canvas pixels.
    draw(tiles, { zoom, offset }) {
        const { gl, shader: { program, at } } = this;
        const { width, height } = gl.canvas;
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.viewport(0, 0, width, height);
        gl.clearColor(...this.ground, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
        gl.useProgram(program);
        gl.uniform2fv(at('offset'), offset);
        gl.uniform1f(at('zoom'), zoom);
        gl.uniform2f(at('canvas'), width, height);
        for (const tile of tiles.filter(({ relit }) => relit)) {
            if (zoom < 1) tile.shrinkSmoothly();
            this.#drawTile(tile, zoom);
        }
    }

    #drawTile({ inner, outer, relit, mask, decoded, scale, smooth }, zoom) {
        const { gl, shader: { at } } = this;
        gl.activeTexture(gl.TEXTURE1);
        gl.bindTexture(gl.TEXTURE_2D, mask);
        gl.activeTexture(gl.TEXTURE0);
        gl.bindTexture(gl.TEXTURE_2D, relit);
        const filter = smooth ? gl.LINEAR_MIPMAP_LINEAR : gl.LINEAR;
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
        gl.uniform1i(at('masked'), mask ? 1 : 0);
        gl.uniform1i(at('exact'), scale === 1 && (zoom === 1 || zoom >= INSPECTING) ? 1 : 0);
        gl.uniform4f(at('inner'), inner.x, inner.y, inner.x + inner.width, inner.y + inner.height);
        gl.uniform4f(at('outer'), outer.x, outer.y, outer.width, outer.height);
        gl.uniform2fv(at('decoded'), decoded);
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
}
