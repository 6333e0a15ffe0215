// A tile: it owns its latents, its share of the mask, and the relit picture made from them.

import { createFramebuffer, createTexture } from './gl.js';

export class Tile {
    // place: as Pyramid has it. release: called when its latents must go, null where they stay.
    constructor(gl, memory, place, { planes, masked, mipmaps = false, release = null }) {
        const { width, height } = place.outer;
        Object.assign(this, { gl, memory, mipmaps }, place);
        const levels = mipmaps ? levelsOf(width, height) : 1;
        memory.makeRoom(width * height * (4 * planes + masked));
        this.latents = createTexture(gl, {
            format: gl.RGBA8, width, height, layers: planes, filter: gl.NEAREST,
        });
        this.mask = masked ? createTexture(gl, {
            format: gl.R8, width, height, levels, filter: gl.LINEAR,
            minFilter: mipmaps ? gl.LINEAR_MIPMAP_LINEAR : gl.LINEAR,
        }) : null;
        memory.take(this.latents, width * height * (4 * planes + masked), release);
        this.relit = null;          // made when first decoded
        this.framebuffer = null;
        this.forget();
    }

    get whole() {
        return { x: 0, y: 0, width: this.outer.width, height: this.outer.height };
    }

    // The part within an area of the image, and around it what smoothing reaches for at `scale`.
    within({ left, top, right, bottom }, scale) {
        const { x, y, width, height } = this.outer;
        const side = 2 ** this.level;
        const reach = Math.ceil(1 / scale);
        const from = [Math.floor(left / side) - reach - x, Math.floor(top / side) - reach - y].map(at => Math.max(0, at));
        const to = [
            Math.min(width, Math.ceil(right / side) + reach - x),
            Math.min(height, Math.ceil(bottom / side) + reach - y),
        ];
        return { x: from[0], y: from[1], width: to[0] - from[0], height: to[1] - from[1] };
    }

    // Whether a part of it is among what is decoded.
    covers({ x, y, width, height }) {
        const { part } = this;
        return part !== null && x >= part.x && y >= part.y
            && x + width <= part.x + part.width && y + height <= part.y + part.height;
    }

    // Keeps the textures while this frame needs them.
    use() {
        this.memory.use(this.latents);
        this.memory.use(this.relit);
    }

    // Makes the relit picture fit to be shown smaller, where this tile can and it is decoded whole.
    shrinkSmoothly() {
        if (!this.mipmaps || this.smooth || this.scale !== 1) return;
        this.gl.bindTexture(this.gl.TEXTURE_2D, this.relit);
        this.gl.generateMipmap(this.gl.TEXTURE_2D);
        this.smooth = true;
    }

    // The framebuffer that the relit picture is decoded into; row 0 is the top of the image.
    target() {
        if (!this.relit) {
            const { gl, memory, mipmaps, outer: { width, height } } = this;
            memory.makeRoom(4 * width * height);
            this.relit = createTexture(gl, {
                format: gl.RGBA8, width, height, levels: mipmaps ? levelsOf(width, height) : 1,
                filter: gl.LINEAR, minFilter: gl.LINEAR,
            });
            memory.take(this.relit, 4 * width * height, () => this.darken());
            this.framebuffer = createFramebuffer(gl, this.relit);
        }
        return this.framebuffer;
    }

    // Nothing is decoded yet.
    forget() {
        this.version = null;        // what the relit picture was decoded with
        this.scale = 0;             // decoded pixels per pixel of the tile, along each axis
        this.decoded = [0, 0];      // decoded pixels, across and down, of the whole tile
        this.part = null;           // what of it is decoded, in its own pixels
        this.smooth = false;        // whether the relit picture's mipmaps are up to date
    }

    // Lets the relit picture go.
    darken() {
        this.memory.give(this.relit);
        this.gl.deleteTexture(this.relit);
        this.gl.deleteFramebuffer(this.framebuffer);
        this.relit = this.framebuffer = null;
        this.forget();
    }

    dispose() {
        const { gl, memory, latents, mask } = this;
        this.darken();
        memory.give(latents);
        [latents, mask].forEach(texture => texture && gl.deleteTexture(texture));
    }
}

function levelsOf(width, height) {
    return 1 + Math.floor(Math.log2(Math.max(width, height)));
}
