// An image whose planes are one picture each: cut into tiles on the GPU, and its levels made there.

import { checkMemory, createFramebuffer, createTexture } from './gl.js';
import { decodePicture, loadPictures } from './image.js';
import { LevelPass } from './levels.js';
import { Pyramid } from './pyramid.js';
import { Tile } from './tiles.js';

// Makes the tiles of all levels of `pyramid`. Calls progress(0..1).
export async function createTiles(gl, memory, info, pyramid, progress) {
    const { planes, mask } = await loadPictures(info);
    const options = { planes: planes.length, masked: mask !== null, mipmaps: pyramid.levels === 1 };
    const tiles = [];
    try {
        for (let level = 0; level < pyramid.levels; level++) {
            tiles.push(...pyramid.tiles(level).map(place => new Tile(gl, memory, place, options)));
        }
        checkMemory(gl);
        const fullSize = tiles.filter(({ level }) => level === 0);
        const all = [...planes, mask].filter(Boolean);
        for (const [index, blob] of all.entries()) {
            await upload(gl, info, blob, (source, part) => fullSize.forEach(tile => {
                copyShare(gl, tile, index, blob === mask, source, part);
            }));
            progress((index + 1) / all.length);
        }
        shrink(gl, pyramid, tiles, options);
        checkMemory(gl);
        return tiles;
    } catch (error) {
        tiles.forEach(tile => tile.dispose());
        throw error;
    }
}

// Puts a picture on the GPU, in parts where it exceeds a texture's limit, and hands over each.
async function upload(gl, info, blob, use) {
    const limit = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    const parts = new Pyramid(info.width, info.height, { tileSize: limit, overlap: 0, levels: 1 });
    for (const { inner: { x, y, width, height } } of parts.tiles(0)) {
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

// Copies a tile's share of an uploaded part: into latent layer `index`, or the mask.
function copyShare(gl, { outer, latents, mask }, index, isMask, framebuffer, part) {
    const [x, y] = [Math.max(outer.x, part.x), Math.max(outer.y, part.y)];
    const width = Math.min(outer.x + outer.width, part.x + part.width) - x;
    const height = Math.min(outer.y + outer.height, part.y + part.height) - y;
    if (width <= 0 || height <= 0) return;
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.bindTexture(isMask ? gl.TEXTURE_2D : gl.TEXTURE_2D_ARRAY, isMask ? mask : latents);
    const [to, area] = [[x - outer.x, y - outer.y], [x - part.x, y - part.y, width, height]];
    if (isMask) gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, ...to, ...area);
    else gl.copyTexSubImage3D(gl.TEXTURE_2D_ARRAY, 0, ...to, index, ...area);
}

function shrink(gl, pyramid, tiles, { planes, masked, mipmaps }) {
    if (mipmaps) {
        for (const { mask } of tiles.filter(tile => tile.mask)) {
            gl.bindTexture(gl.TEXTURE_2D, mask);
            gl.generateMipmap(gl.TEXTURE_2D);
        }
        return;
    }
    const pass = new LevelPass(gl, planes, masked);
    for (const tile of tiles.filter(({ level }) => level > 0)) {
        pass.shrink(pyramid, tile, tiles.filter(({ level }) => level === tile.level - 1));
    }
    pass.dispose();
}
