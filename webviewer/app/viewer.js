// The viewer: one canvas, the images on the GPU, and what of them is decoded and shown when.

import { AdaptiveScale } from './adaptive.js';
import { DecodePass } from './decode.js';
import { createContext, readRenderer } from './gl.js';
import { loadInfo, loadPictures } from './image.js';
import { FrameLoop } from './loop.js';
import { PresentPass } from './present.js';
import { clampLight, initialState, readChanges } from './state.js';
import { TILE_SIZE, createTiles } from './tiles.js';
import { View } from './view.js';

const GROUND = [22 / 255, 22 / 255, 23 / 255];      // the page's background, see style.css
const REST = 150;               // milliseconds without movement until full resolution returns
const ORBIT_SECONDS = 8;
const ORBIT_RADIUS = 0.7;
const KEPT_BYTES = 512 * 2 ** 20;   // of images not shown, for quick switching

// Events: 'state' (something of state() changed), 'scene' (another image is shown), 'frame'
// (detail: the finished frame), 'message' (detail: { text, problem }; text '' takes it away).
export class Viewer extends EventTarget {
    constructor(canvas, templates) {
        super();
        this.canvas = canvas;
        this.templates = templates;
        this.gl = createContext(canvas);
        this.present = new PresentPass(this.gl, GROUND);
        this.loop = new FrameLoop(this.gl, () => this.#draw(), frame => this.#finished(frame));
        this.view = new View();
        this.adaptive = new AdaptiveScale();
        this.settings = { ...initialState(), image: [] };
        this.infos = new Map();         // image address -> promise of its info
        this.scenes = new Map();        // scene key -> scene, least recently shown first
        this.opening = new Map();       // scene key -> promise of the scene
        this.scene = null;
        this.moving = false;
        this.drive = null;              // frame number -> light, while frames are measured
        this.driven = 0;
        this.waiting = [];              // those who wait for a complete picture
        this.counts = { frames: 0, tiles: 0, pixels: 0 };
        canvas.addEventListener('webglcontextlost', event => this.#lost(event));
        canvas.addEventListener('webglcontextrestored', () => this.#restored());
    }

    state() {
        return { ...this.settings, ...this.view.asked };
    }

    // Takes changes in the spelling of the address; resolves when their picture is complete.
    async setState(changes) {
        const { image, zoom, center, ...settings } = changes;
        Object.assign(this.settings, readChanges(settings), image && { image: [image].flat() });
        const view = readChanges(Object.fromEntries(
            Object.entries({ zoom, center }).filter(([, value]) => value !== undefined)));
        this.moving = false;
        clearTimeout(this.resting);
        this.#emit('state');
        await this.#showScene();
        Object.assign(this.view.asked, view);
        this.#emit('state');
        return this.whenComplete();
    }

    // A light direction, moved by hand: coarser while it moves where adaptive resolution is on.
    moveLight(light) {
        this.settings.light = clampLight(light);
        this.settings.orbit = false;
        this.moved();
    }

    // The light or the view moves by hand.
    moved() {
        this.moving = true;
        clearTimeout(this.resting);
        this.resting = setTimeout(() => {
            this.moving = false;
            this.loop.request();
        }, REST);
        this.#emit('state');
        this.loop.request();
    }

    resize(width, height, margin) {
        if (this.canvas.width !== width || this.canvas.height !== height) {
            this.canvas.width = width;
            this.canvas.height = height;
        }
        this.view.resize([width, height], margin);
        this.loop.request();
    }

    // Resolves when a picture is shown that nothing needs to be decoded for any more.
    whenComplete() {
        return new Promise((resolve, reject) => {
            this.waiting.push({ resolve, reject });
            this.loop.request();
        });
    }

    info() {
        const { gl, scene, settings: { shader, tiling, adaptive } } = this;
        return {
            ...readRenderer(gl),
            image: scene?.info.url,
            label: scene?.info.label,
            units: scene?.info.units,
            parameters: scene?.info.parameters,
            latents: scene?.info.latents,
            width: scene?.size[0],
            height: scene?.size[1],
            repeated: scene?.repeated,
            shader,
            tiling,
            adaptive,
            maxTextureSize: gl.getParameter(gl.MAX_TEXTURE_SIZE),
            crossOriginIsolated,
        };
    }

    // The tiles to decode: what is in sight, or all of an image that is not tiled.
    wantedTiles() {
        if (!this.settings.tiling) return this.scene.tiles;
        const { left, top, right, bottom } = this.view.visible;
        return this.scene.tiles.filter(({ inner }) => inner.x < right && inner.y < bottom
            && inner.x + inner.width > left && inner.y + inner.height > top);
    }

    // What is in sight of a tile, or all of an image that is not tiled.
    partInSight(tile, scale) {
        return this.settings.tiling ? tile.within(this.view.visible, scale) : tile.whole;
    }

    // Decoded pixels per image pixel that the zoom needs: a power of two, at most 1.
    get density() {
        const { zoom } = this.view;
        return this.settings.tiling && zoom < 1 ? 2 ** -Math.floor(Math.log2(1 / zoom)) : 1;
    }

    // The decode pass of the image shown, made when first needed.
    decodePass(target = 'unorm') {
        const { scene, gl, templates, settings: { shader } } = this;
        const key = `${shader} ${target}`;
        if (!scene.passes.has(key)) {
            scene.passes.set(key, new DecodePass(gl, scene.info, templates, shader, target));
        }
        return scene.passes.get(key);
    }

    // What is known of an image without its pictures; asked for once.
    loadInfo(url) {
        if (!this.infos.has(url)) {
            const info = loadInfo(url);
            info.catch(() => this.infos.delete(url));
            this.infos.set(url, info);
        }
        return this.infos.get(url);
    }

    // Shows a sentence; `problem` says that something went wrong.
    say(text, problem = false) {
        this.#emit('message', { text, problem });
    }

    async #showScene() {
        const { image, show, size, tiling } = this.settings;
        if (!image.length) throw this.#fail('No image was given: add ?image=FOLDER to the address of this page.');
        const key = JSON.stringify([image[show], size, tiling]);
        this.wantedKey = key;
        if (this.scene?.key === key) {
            this.say(this.scene.notice);
            return;
        }
        try {
            const scene = await this.#openScene(key);
            if (this.wantedKey === key && this.scene !== scene) this.#useScene(scene);
        } catch (error) {
            if (this.wantedKey === key) throw this.#fail(error.message);
        }
    }

    // The scene from those kept, from one being made, or a new one.
    #openScene(key) {
        if (!this.scenes.has(key) && !this.opening.has(key)) {
            const opening = this.#createScene(key).finally(() => this.opening.delete(key));
            this.opening.set(key, opening);
        }
        return this.scenes.get(key) ?? this.opening.get(key);
    }

    async #createScene(key) {
        const { image, show, size, tiling } = this.settings;
        const url = image[show];
        if (url === undefined) throw new Error(`There is no image number ${show}; correct show= in the address.`);
        this.say('Opening the image …');
        const info = await this.loadInfo(url);
        const pictures = await loadPictures(info);
        const [width, height] = size ?? [info.width, info.height];
        const limit = this.gl.getParameter(this.gl.MAX_TEXTURE_SIZE);
        const fits = Math.max(width, height) <= limit;
        const tileSize = tiling ? TILE_SIZE : fits ? Math.max(width, height) : limit - 2;
        const tiles = await createTiles(this.gl, info, pictures, { width, height, tileSize },
            share => this.say(`Opening the image … ${Math.round(share * 100)} %`));
        const scene = {
            key,
            info,
            tiles,
            size: [width, height],
            repeated: width > info.width || height > info.height,
            passes: new Map(),
            bytes: width * height * 4 * (pictures.planes.length + 1),
            notice: tiling || fits ? '' : `This image is larger than the ${limit} pixels that this graphics `
                + 'card takes at once, so it is drawn in parts of that size.',
        };
        this.scenes.set(key, scene);
        return scene;
    }

    #useScene(scene) {
        this.scenes.delete(scene.key);
        this.scenes.set(scene.key, scene);
        this.scene = scene;
        this.view.setImage(scene.size);
        this.#forgetScenes();
        this.say(scene.notice);
        this.#emit('scene');
        this.loop.request();
    }

    // Lets go of the images shown longest ago, as far as they exceed what is kept.
    #forgetScenes() {
        let bytes = [...this.scenes.values()].reduce((sum, scene) => sum + scene.bytes, 0);
        for (const [key, scene] of this.scenes) {
            if (bytes <= KEPT_BYTES || scene === this.scene) return;
            bytes -= scene.bytes;
            this.scenes.delete(key);
            scene.tiles.forEach(tile => tile.dispose());
            scene.passes.forEach(pass => pass.dispose());
        }
    }

    // Draws one frame: decodes what is out of date, then presents. Returns what it did.
    #draw() {
        const { scene, settings, gl } = this;
        if (gl.isContextLost()) return null;
        if (!scene) {
            this.present.draw([], this.view);
            return null;
        }
        this.#moveByItself();
        try {
            const work = this.#decodeOutdated();
            this.present.draw(scene.tiles, this.view);
            this.counts.frames++;
            if (settings.orbit || this.drive) this.loop.wanted = true;
            return work;
        } catch (error) {
            this.#fail(error.message);
            return null;
        }
    }

    #moveByItself() {
        const { settings } = this;
        if (!this.drive && !settings.orbit) return;
        const angle = performance.now() / 1000 / ORBIT_SECONDS * 2 * Math.PI;
        settings.light = this.drive ? this.drive(this.driven++) : circle(ORBIT_RADIUS, angle);
        this.moving = true;
        clearTimeout(this.resting);
        this.#emit('light');
    }

    // Tiles lit otherwise are decoded now, as far as they are in sight while something moves.
    // At rest what is coarse or partly decoded is completed, as much as a frame's time allows,
    // nearest the middle first, so that panning then finds it ready.
    #decodeOutdated() {
        const { settings: { adaptive, target, light, shader } } = this;
        const adapting = adaptive && this.moving;
        const scale = this.density * (adapting ? this.adaptive.scale : 1);
        const version = `${shader} ${light}`;
        const wanted = this.wantedTiles();
        const unlit = wanted.filter(tile => tile.version !== version
            || !tile.covers(this.partInSight(tile, tile.scale)));
        const unfinished = tile => tile.scale < scale || !(this.moving || tile.covers(tile.whole));
        const coarse = adapting ? [] : wanted.filter(tile => !unlit.includes(tile) && unfinished(tile));
        const pixels = this.#decode(unlit, scale, version)
            + this.#decode(this.#sortByDistance(coarse), scale, version, adaptive ? this.adaptive.budget(target) : Infinity);
        const complete = wanted.every(tile => tile.scale >= this.density
            && (this.moving || tile.covers(tile.whole)));
        if (!complete && !adapting) this.loop.wanted = true;
        return {
            pixels,
            tiles: wanted.length,
            scale: Math.min(...wanted.map(tile => tile.scale), this.density) / this.density,
            all: unlit.length === wanted.length,
            adapting,
            complete,
        };
    }

    // Decodes tiles in turn until `budget` pixels are reached; returns the pixels decoded.
    #decode(tiles, scale, version, budget = Infinity) {
        if (!tiles.length) return 0;
        const pass = this.decodePass();
        pass.setLight(this.settings.light);
        let pixels = 0;
        for (const tile of tiles) {
            const relit = tile.version !== version;
            pixels += pass.decode(tile, scale, relit && this.moving ? this.partInSight(tile, scale) : tile.whole);
            tile.version = version;
            this.counts.tiles++;
            if (pixels >= budget) break;
        }
        this.counts.pixels += pixels;
        return pixels;
    }

    #sortByDistance(tiles) {
        const [x, y] = this.view.center;
        const distance = ({ inner }) => Math.hypot(
            inner.x + inner.width / 2 - x, inner.y + inner.height / 2 - y);
        return tiles.toSorted((a, b) => distance(a) - distance(b));
    }

    #finished(frame) {
        if (frame.pixels && frame.all) {
            if (frame.adapting) this.adaptive.learn(frame.interval, frame.pixels, this.settings.target);
        }
        this.#emit('frame', frame);
        if (!frame.complete && !(this.settings.orbit || this.drive)) return;
        this.waiting.splice(0).forEach(({ resolve }) => resolve());
    }

    // Says what failed, to the user and to those who wait; returns the error.
    #fail(sentence) {
        const error = new Error(sentence);
        this.say(sentence, true);
        this.waiting.splice(0).forEach(({ reject }) => reject(error));
        return error;
    }

    #lost(event) {
        event.preventDefault();
        this.scene = null;
        this.scenes.clear();
        this.opening.clear();
        this.say('The graphics card was taken away from this page; waiting for it to return …', true);
    }

    async #restored() {
        this.present = new PresentPass(this.gl, GROUND);
        await this.#showScene().catch(() => {});
        this.loop.request();
    }

    #emit(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}

// A light direction on a circle about the middle.
export function circle(radius, angle) {
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
