// The present pass: relit tiles onto the canvas, under pan, zoom and rotation; and, of two images,
// the map of how far their pictures are apart.

import { createFramebuffer, createProgram, createTexture } from './gl.js';
import { compose, invert, scaling, translation } from './transform.js';

const VERTEX = `#version 300 es
precision highp float;
uniform mat3x2 place;       // from the unit square to clip space
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(place * vec3(corner, 1.0), 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D relit;    // row 0 is the top of the image
uniform sampler2D mask;
uniform bool masked;
uniform bool only_ground;   // the ground where the mask is off, over what is there
uniform bool exact;         // each decoded pixel as it is, not smoothed
uniform bool shrunk;        // so much that one sample would miss pixels
uniform mat3x2 to_pixel;    // from fragments to pixels of the tile
uniform vec2 size;          // of the tile
uniform vec2 decoded;       // decoded pixels, across and down
uniform vec3 ground;
out vec4 colour;

vec4 sampled(vec2 pixel) {
    return texture(relit, clamp(pixel, vec2(0.5), decoded - 0.5) / vec2(textureSize(relit, 0)));
}

void main() {
    vec2 at = to_pixel * vec3(gl_FragCoord.xy, 1.0);
    float on = masked ? texture(mask, at / size).r : 1.0;
    if (only_ground) {
        colour = vec4(ground, 1.0 - on);
        return;
    }
    vec2 pixel = at * decoded / size;
    if (exact) {
        colour = texelFetch(relit, ivec2(clamp(pixel, vec2(0.0), decoded - 1.0)), 0);
    } else if (shrunk) {
        vec2 across = to_pixel[0] * decoded / size / 4.0;
        vec2 down = to_pixel[1] * decoded / size / 4.0;
        colour = (sampled(pixel + across + down) + sampled(pixel + across - down)
            + sampled(pixel - across + down) + sampled(pixel - across - down)) / 4.0;
    } else {
        colour = sampled(pixel);
    }
    colour = vec4(mix(ground, colour.rgb, on), 1.0);
}`;

const DIFFERENCE = `#version 300 es
precision highp float;
uniform sampler2D first;
uniform sampler2D second;
uniform float gain;
out vec4 colour;

// Black where equal, then red, yellow, white: the largest difference of a channel, times the gain.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec3 apart = abs(texelFetch(first, at, 0).rgb - texelFetch(second, at, 0).rgb);
    float heat = 3.0 * gain * max(apart.r, max(apart.g, apart.b));
    colour = vec4(clamp(vec3(heat, heat - 1.0, heat - 2.0), 0.0, 1.0), 1.0);
}`;

// Magnified this much, pixels are being inspected: they are shown as they are.
const INSPECTING = 8;

export class PresentPass {
    constructor(gl, ground) {
        this.gl = gl;
        this.ground = ground;
        this.shader = createProgram(gl, VERTEX, FRAGMENT);
        this.pictures = [];         // of the difference: { texture, framebuffer, width, height }
        const { program, at } = this.shader;
        gl.useProgram(program);
        gl.uniform1i(at('relit'), 0);
        gl.uniform1i(at('mask'), 1);
        gl.uniform3fv(at('ground'), ground);
    }

    clear(target = null) {
        const { gl } = this;
        gl.bindFramebuffer(gl.FRAMEBUFFER, target);
        gl.viewport(0, 0, gl.canvas.width, gl.canvas.height);
        gl.clearColor(...this.ground, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
    }

    // Draws tiles one over the other. `view`: the transform from image to canvas pixels, and whether
    // it is `upright`; smooth: whether a shrunk picture is worth four samples; part: [x, width] of
    // the canvas to draw on; target: a framebuffer instead of the canvas.
    draw(tiles, { transform, upright }, { smooth = true, part = [0, this.gl.canvas.width], target = null } = {}) {
        const { gl, shader: { program } } = this;
        gl.bindFramebuffer(gl.FRAMEBUFFER, target);
        gl.viewport(0, 0, gl.canvas.width, gl.canvas.height);
        gl.useProgram(program);
        gl.enable(gl.SCISSOR_TEST);
        gl.scissor(part[0], 0, part[1], gl.canvas.height);
        const zoom = Math.hypot(transform[0], transform[1]);
        for (const tile of tiles.filter(({ relit }) => relit)) {
            if (zoom < 1) tile.shrinkSmoothly();
            this.#drawTile(tile, transform, zoom, upright, smooth);
        }
        gl.disable(gl.SCISSOR_TEST);
    }

    // Lays the ground over what is not of the object, on what was decoded straight onto the canvas.
    drawGround(tiles, transform) {
        const masked = tiles.filter(({ mask }) => mask);
        if (masked.length) this.#withGround(() => masked.forEach(tile => this.#place(tile, transform)));
    }

    // The same on a tile that is bound as the target, pixel for pixel.
    coverGround({ mask, outer: { width, height } }) {
        if (!mask) return;
        this.#withGround(at => {
            const { gl } = this;
            bind(gl, 1, mask);
            bind(gl, 0, null);      // it may be the target
            gl.uniform1i(at('masked'), 1);
            gl.uniform2f(at('size'), width, height);
            gl.uniformMatrix3x2fv(at('place'), false, [2, 0, 0, 2, -1, -1]);
            gl.uniformMatrix3x2fv(at('to_pixel'), false, scaling(1));
            gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
        });
    }

    // A framebuffer as large as the canvas, of two, for drawDifference.
    picture(index) {
        const { gl, gl: { canvas: { width, height } } } = this;
        const old = this.pictures[index];
        if (old?.width === width && old.height === height) return old.framebuffer;
        this.#forget(old);
        const texture = createTexture(gl, { format: gl.RGBA8, width, height, filter: gl.NEAREST });
        this.pictures[index] = { texture, framebuffer: createFramebuffer(gl, texture), width, height };
        return this.pictures[index].framebuffer;
    }

    drawDifference(gain) {
        const { gl } = this;
        this.difference ??= createProgram(gl, VERTEX, DIFFERENCE);
        const { program, at } = this.difference;
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.useProgram(program);
        gl.uniformMatrix3x2fv(at('place'), false, [2, 0, 0, 2, -1, -1]);
        gl.uniform1i(at('second'), 1);
        gl.uniform1f(at('gain'), gain);
        this.pictures.forEach(({ texture }, unit) => bind(gl, unit, texture));
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
        gl.activeTexture(gl.TEXTURE0);
    }

    dispose() {
        const { gl, shader, difference } = this;
        this.pictures.splice(0).forEach(picture => this.#forget(picture));
        [shader, difference].forEach(made => made && gl.deleteProgram(made.program));
    }

    #withGround(draw) {
        const { gl, shader: { program, at } } = this;
        gl.useProgram(program);
        gl.uniform1i(at('only_ground'), 1);
        gl.enable(gl.BLEND);
        gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
        draw(at);
        gl.disable(gl.BLEND);
        gl.uniform1i(at('only_ground'), 0);
    }

    #drawTile(tile, transform, zoom, upright, smooth) {
        const { gl, shader: { at } } = this;
        const { relit, outer, decoded, scale, level } = tile;
        bind(gl, 0, relit);
        const filter = tile.smooth ? gl.LINEAR_MIPMAP_LINEAR : gl.LINEAR;
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
        const magnified = zoom * 2 ** level;
        const exact = scale === 1 && upright && (magnified === 1 || magnified >= INSPECTING);
        gl.uniform1i(at('exact'), exact);
        gl.uniform1i(at('shrunk'), smooth && !tile.smooth && magnified * outer.width / decoded[0] < 0.9);
        gl.uniform2fv(at('decoded'), decoded);
        this.#place(tile, transform);
    }

    #place(tile, transform) {
        const { gl, shader: { at } } = this;
        bind(gl, 1, tile.mask);
        gl.uniform1i(at('masked'), Boolean(tile.mask));
        gl.activeTexture(gl.TEXTURE0);
        gl.uniform2f(at('size'), tile.outer.width, tile.outer.height);
        gl.uniformMatrix3x2fv(at('place'), false, toClip(tile, transform, gl.canvas));
        gl.uniformMatrix3x2fv(at('to_pixel'), false, toPixel(tile, transform, gl.canvas));
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }

    #forget(picture) {
        if (!picture) return;
        this.gl.deleteTexture(picture.texture);
        this.gl.deleteFramebuffer(picture.framebuffer);
    }
}

// From the unit square over what a tile shows to clip space. Inner edges are those of pixels of
// full size, so that a level's last tiles, whose pixels may reach beyond, end where the image does.
function toClip({ inner, level, limit }, transform, { width, height }) {
    const side = 2 ** level;
    const [x, y] = [inner.x * side, inner.y * side];
    const right = Math.min((inner.x + inner.width) * side, limit[0]);
    const bottom = Math.min((inner.y + inner.height) * side, limit[1]);
    const square = [right - x, 0, 0, bottom - y, x, y];
    const clip = [2 / width, 0, 0, -2 / height, -1, 1];
    return compose(clip, compose(transform, square));
}

// From canvas pixels to those of a tile's textures.
export function toTile({ outer, level }, transform) {
    return compose(compose(translation(-outer.x, -outer.y), scaling(2 ** -level)), invert(transform));
}

// From fragments, whose y goes up.
function toPixel(tile, transform, { height }) {
    return compose(toTile(tile, transform), [1, 0, 0, -1, 0, height]);
}

function bind(gl, unit, texture) {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
}
