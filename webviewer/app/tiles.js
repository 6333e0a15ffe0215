// Tiles: each owns its latents, its share of the mask, and the relit picture made from them.

import { checkMemory, createFramebuffer, createTexture } from './gl.js';
import { decodePicture } from './image.js';

export const TILE_SIZE = 512;

// One tile shows the image pixels of `inner` and holds those of `outer`, { x, y, width, height }:
// one pixel more towards each neighbour, so that smoothing meets no seam.
export class Tile {
    constructor(gl, inner, outer, planes, masked, mipmaps) {
        const { width, height } = outer;
        this.gl = gl;
        this.inner = inner;
        this.outer = outer;
        this.mipmaps = mipmaps;
        this.latents = createTexture(gl, {
            format: gl.RGBA8, width, height, layers: planes, filter: gl.NEAREST,
        });
        this.mask = masked ? createTexture(gl, {
            format: gl.R8, width, height, levels: levels(width, height),
            filter: gl.LINEAR, minFilter: gl.LINEAR_MIPMAP_LINEAR,
        }) : null;
        this.relit = null;          // made when first decoded
        this.framebuffer = null;
        this.version = null;        // what the relit picture was decoded with
        this.scale = 0;             // decoded pixels per image pixel, along each axis
        this.decoded = [0, 0];      // decoded pixels, across and down, of the whole tile
        this.part = null;           // what of it is decoded, in its own pixels
        this.smooth = false;        // whether the relit picture's mipmaps are up to date
    }

    get whole() {
        return { x: 0, y: 0, width: this.outer.width, height: this.outer.height };
    }

    // The part within an area of the image, and around it what smoothing reaches for at `scale`.
    within({ left, top, right, bottom }, scale) {
        const { x, y, width, height } = this.outer;
        const reach = Math.ceil(1 / scale);
        const from = [Math.max(0, Math.floor(left) - reach - x), Math.max(0, Math.floor(top) - reach - y)];
        const to = [Math.min(width, Math.ceil(right) + reach - x), Math.min(height, Math.ceil(bottom) + reach - y)];
        return { x: from[0], y: from[1], width: to[0] - from[0], height: to[1] - from[1] };
    }

    // Whether a part of it is among what is decoded.
    covers({ x, y, width, height }) {
        const { part } = this;
        return part !== null && x >= part.x && y >= part.y
            && x + width <= part.x + part.width && y + height <= part.y + part.height;
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
            const { gl, mipmaps, outer: { width, height } } = this;
            this.relit = createTexture(gl, {
                format: gl.RGBA8, width, height, levels: mipmaps ? levels(width, height) : 1,
                filter: gl.LINEAR, minFilter: gl.LINEAR,
            });
            this.framebuffer = createFramebuffer(gl, this.relit);
        }
        return this.framebuffer;
    }

    dispose() {
        const { gl } = this;
        [this.latents, this.mask, this.relit].forEach(texture => texture && gl.deleteTexture(texture));
        gl.deleteFramebuffer(this.framebuffer);
    }
}

// Makes the tiles of `info`'s image, `width` x `height` pixels: its own size, or a part of it, or
// it repeated. Calls progress(0..1).
export async function createTiles(gl, info, pictures, { width, height, tileSize }, progress) {
    const rows = layout(width, height, tileSize);
    const mipmaps = rows.length === 1;
    const tiles = [];
    try {
        for (const { inner, outer } of rows) {
            tiles.push(new Tile(gl, inner, outer, pictures.planes.length, pictures.mask !== null, mipmaps));
        }
        checkMemory(gl);
        const all = [...pictures.planes, pictures.mask].filter(Boolean);
        for (const [index, blob] of all.entries()) {
            await upload(gl, info, blob, (source, part) => tiles.forEach(tile => {
                copyPieces(gl, tile, index, blob === pictures.mask, source, part, info, [width, height]);
            }));
            progress((index + 1) / all.length);
        }
        tiles.forEach(tile => finishMask(gl, tile));
        checkMemory(gl);
        return tiles;
    } catch (error) {
        tiles.forEach(tile => tile.dispose());
        throw error;
    }
}

// The rectangles of a grid of tiles: [{ inner, outer }].
export function layout(width, height, tileSize) {
    const rectangles = [];
    for (let y = 0; y < height; y += tileSize) {
        for (let x = 0; x < width; x += tileSize) {
            const right = Math.min(x + tileSize, width);
            const bottom = Math.min(y + tileSize, height);
            rectangles.push({
                inner: { x, y, width: right - x, height: bottom - y },
                outer: grow(x, y, right, bottom, width, height),
            });
        }
    }
    return rectangles;
}

// The runs of one axis that copy source pixels [first, first + count) into [start, end) of an
// axis `size` long: a source at least as long is cropped about its middle, a shorter one repeats.
// Each run is { to, from, length }, `to` counted from start and `from` from first.
export function runs(start, end, size, sourceSize, first, count) {
    const offset = Math.max(0, (sourceSize - size) >> 1);
    const found = [];
    for (let at = start; at < end;) {
        const source = (at + offset) % sourceSize;
        const stop = Math.min(end, at + sourceSize - source);
        const from = Math.max(source, first);
        const length = Math.min(source + stop - at, first + count) - from;
        if (length > 0) found.push({ to: at - start + from - source, from: from - first, length });
        at = stop;
    }
    return found;
}

function grow(x, y, right, bottom, width, height) {
    const [left, top] = [Math.max(x - 1, 0), Math.max(y - 1, 0)];
    return {
        x: left,
        y: top,
        width: Math.min(right + 1, width) - left,
        height: Math.min(bottom + 1, height) - top,
    };
}

// Puts a picture on the GPU, in parts where it exceeds a texture's limit, and hands over each.
async function upload(gl, info, blob, use) {
    const limit = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    for (const { inner: { x, y, width, height } } of layout(info.width, info.height, limit)) {
        const bitmap = await decodePicture(info, blob, [x, y, width, height]);
        gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
        const texture = createTexture(gl, { format: gl.RGBA8, width, height, filter: gl.NEAREST });
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
        bitmap.close();
        const framebuffer = createFramebuffer(gl, texture);
        use(framebuffer, { x, y, width, height });
        gl.deleteFramebuffer(framebuffer);
        gl.deleteTexture(texture);
    }
}

// Copies what a tile needs out of an uploaded part: into latent layer `index`, or the mask.
function copyPieces(gl, tile, index, isMask, framebuffer, part, info, [width, height]) {
    const { outer } = tile;
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.bindTexture(isMask ? gl.TEXTURE_2D : gl.TEXTURE_2D_ARRAY, isMask ? tile.mask : tile.latents);
    const columns = runs(outer.x, outer.x + outer.width, width, info.width, part.x, part.width);
    for (const row of runs(outer.y, outer.y + outer.height, height, info.height, part.y, part.height)) {
        for (const column of columns) {
            const area = [column.from, row.from, column.length, row.length];
            if (isMask) gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, column.to, row.to, ...area);
            else gl.copyTexSubImage3D(gl.TEXTURE_2D_ARRAY, 0, column.to, row.to, index, ...area);
        }
    }
}

function finishMask(gl, tile) {
    if (!tile.mask) return;
    gl.bindTexture(gl.TEXTURE_2D, tile.mask);
    gl.generateMipmap(gl.TEXTURE_2D);
}

function levels(width, height) {
    return 1 + Math.floor(Math.log2(Math.max(width, height)));
}
