// An image on the GPU: its tiles, the shaders that decode them, and where more tiles come from.

import { DecodePass } from './decode.js';
import { createTiles } from './flat.js';
import { checkMemory } from './gl.js';
import { openTiles } from './image.js';
import { Pyramid } from './pyramid.js';
import { Tile } from './tiles.js';

const TILE_SIZE = 512;

// Opens the image of `info`; without `tiling` it is one tile. Calls progress(0..1).
export async function openScene(context, key, info, { tiling }, progress) {
    if (info.tiled) return openTiled(context, key, info, tiling);
    const { gl, memory } = context;
    const { width, height } = info;
    const limit = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    const fits = Math.max(width, height) <= limit;
    const layout = tiling ? { tileSize: TILE_SIZE, overlap: 1 }
        : { tileSize: fits ? Math.max(width, height) : limit - 2, overlap: 1, levels: 1 };
    const pyramid = new Pyramid(width, height, layout);
    const tiles = await createTiles(gl, memory, info, pyramid, progress);
    let notice = tiling || fits ? '' : `This image is larger than the ${limit} pixels that this graphics `
        + 'card takes at once, so it is drawn in parts of that size.';
    if (memory.fixed > memory.budget) {
        const [taken, meant] = [memory.fixed, memory.budget].map(bytes => Math.round(bytes / 2 ** 20));
        notice = `This image takes ${taken} MB of graphics memory, where ${meant} MB are meant to do: `
            + 'write it in tiles, with raking convert --tiles.';
    }
    return new Scene(context, { key, info, pyramid, tiles, notice });
}

async function openTiled(context, key, info, tiling) {
    const { pyramid, load } = await openTiles(info);
    const notice = tiling ? '' : 'This image comes in tiles, so tiling stays on.';
    return new Scene(context, { key, info, pyramid, load, notice });
}

class Scene {
    // load: place, signal -> promise of a tile's pictures; null where all tiles are there.
    constructor({ gl, memory, templates }, { key, info, pyramid, notice, tiles = [], load = null }) {
        Object.assign(this, { gl, memory, templates, key, info, pyramid, load, notice });
        this.size = [pyramid.width, pyramid.height];
        this.tiled = Boolean(load) || pyramid.levels > 1 || tiles.length > 1;
        this.tiles = new Map(tiles.map(tile => [tile.key, tile]));
        this.passes = new Map();
    }

    get tilesInAll() {
        return this.pyramid.tiles(0).length;
    }

    // What a tile at most takes on the GPU, relit picture included.
    get bytesPerTile() {
        const { tileSize, overlap } = this.pyramid;
        return (tileSize + 2 * overlap) ** 2 * (4 * (this.info.latents / 3 + 1) + Boolean(this.info.maskFile));
    }

    // The pass that decodes its tiles, made when first needed.
    decodePass(shader, target = 'unorm') {
        const key = `${shader} ${target}`;
        if (!this.passes.has(key)) {
            this.passes.set(key, new DecodePass(this.gl, this.info, this.templates, shader, target));
        }
        return this.passes.get(key);
    }

    // The job for a loader that brings a tile, to stay; loaded() is called when it is there.
    job(place, loaded) {
        return {
            key: `${this.key} ${place.key}`,
            load: signal => this.load(place, signal),
            done: pictures => {
                const { key } = place;
                this.tiles.set(key, this.#make(place, pictures, () => this.#drop(key)));
                loaded();
            },
        };
    }

    // use(tile) with a tile that is there, or is made for this alone.
    async withTile(place, use, signal) {
        const kept = this.tiles.get(place.key);
        if (kept) return use(kept);
        const pictures = await this.load(place, signal);
        const tile = this.#make(place, pictures);
        try {
            return use(tile);
        } finally {
            tile.dispose();
        }
    }

    // The tiles above a place that are there, the nearest first.
    above(place) {
        const found = [];
        for (let at = this.pyramid.parent(place); at; at = this.pyramid.parent(at)) {
            if (this.tiles.has(at.key)) found.push(this.tiles.get(at.key));
        }
        return found;
    }

    dispose() {
        this.tiles.forEach(tile => tile.dispose());
        this.passes.forEach(pass => pass.dispose());
        this.tiles.clear();
    }

    #make(place, { planes, mask }, release = null) {
        const { gl } = this;
        const tile = new Tile(gl, this.memory, place, { planes: planes.length, masked: mask !== null, release });
        gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
        gl.bindTexture(gl.TEXTURE_2D_ARRAY, tile.latents);
        const { width, height } = place.outer;
        planes.forEach((bitmap, layer) => gl.texSubImage3D(
            gl.TEXTURE_2D_ARRAY, 0, 0, 0, layer, width, height, 1, gl.RGBA, gl.UNSIGNED_BYTE, bitmap));
        if (mask) {
            gl.bindTexture(gl.TEXTURE_2D, tile.mask);
            gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RED, gl.UNSIGNED_BYTE, mask);
        }
        [...planes, mask].forEach(bitmap => bitmap?.close());
        checkMemory(gl);
        return tile;
    }

    #drop(key) {
        this.tiles.get(key)?.dispose();
        this.tiles.delete(key);
    }
}
