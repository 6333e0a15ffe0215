// An image whose planes are one picture each: cut into tiles, and its levels made, on the GPU.

import { checkMemory } from './gl.js';
import { decodePicture, loadPictures } from './image.js';
import { LevelPass } from './levels.js';
import { Tile } from './tiles.js';

// Makes the tiles of all levels of `pyramid`: Map key -> tile. Calls progress(0..1).
export async function createTiles(gl, memory, info, pyramid, progress) {
    const pictures = await loadPictures(info);
    // The sizes are checked before anything is made as large as they say.
    (await decodePicture(info.folder, pictures[0], info)).close();
    const tiles = new Map();
    try {
        for (let level = 0; level < pyramid.levels; level++) {
            for (const place of pyramid.tiles(level)) {
                tiles.set(place.key, new Tile(gl, memory, place, info, { mipmaps: pyramid.levels === 1 }));
            }
        }
        checkMemory(gl);
        const all = [...tiles.values()];
        for (const [index, blob] of pictures.entries()) {
            const bitmap = await decodePicture(info.folder, blob, info);
            const layer = index < info.planes.length ? index : -1;
            all.filter(({ level }) => level === 0).forEach(tile => tile.fill(bitmap, layer, tile.outer.x, tile.outer.y));
            bitmap.close();
            progress((index + 1) / pictures.length);
        }
        shrink(gl, info, pyramid, tiles);
        checkMemory(gl);
        return tiles;
    } catch (error) {
        tiles.forEach(tile => tile.dispose());
        throw error;
    }
}

function shrink(gl, info, pyramid, tiles) {
    const pass = new LevelPass(gl, info);
    for (const tile of tiles.values()) {
        if (tile.level > 0) {
            pass.shrink(pyramid, tile, tiles);
        } else if (tile.mipmaps && tile.mask) {
            gl.bindTexture(gl.TEXTURE_2D, tile.mask);
            gl.generateMipmap(gl.TEXTURE_2D);
        }
    }
    pass.dispose();
}
