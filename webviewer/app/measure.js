// Measurements for harnesses, through the parts that the viewer itself draws with.

import { waitForGpu } from './gl.js';
import { circle } from './viewer.js';

const BATCH = 250;              // milliseconds that a batch lasts at least
const TURN = 2 * Math.PI / 90;  // how far the light goes from frame to frame
const RADIUS = 0.6;
const SETTLED = 0.05;           // relative change of the decoding scale that counts as settled
const SETTLING_FRAMES = 5;
const SETTLING_SECONDS = 3;

// The decode alone: batches of frames, each under another light, ended by a one-pixel read-back.
// `warmup`: frames before anything counts. Batches follow until `seconds` are full, at least one;
// none begins after `maxSeconds`. Adaptive resolution is off.
export async function measureDecode(viewer, { seconds = 2, maxSeconds = 10, warmup = 1 } = {}) {
    await viewer.whenComplete();
    await viewer.loop.pause();
    const tiles = viewer.wantedTiles();
    const pass = viewer.decodePass();
    const begin = performance.now();
    let drawn = 0;
    let pixels = 0;
    const batch = frames => {
        const start = performance.now();
        for (let i = 0; i < frames; i++) pixels = decodeFrame(viewer, pass, tiles, drawn++);
        waitForGpu(viewer.gl);
        return { frames, ms: performance.now() - start };
    };
    try {
        if (warmup > 0) batch(warmup);
        const samples = await runBatches(batch, begin, seconds * 1000, maxSeconds * 1000);
        return {
            samples,
            framesTotal: samples.reduce((sum, { frames }) => sum + frames, 0),
            decodedPixelsPerFrame: pixels,
        };
    } finally {
        tiles.forEach(tile => { tile.version = null; });
        viewer.loop.resume();
    }
}

// The viewer's own loop with the light moving, everything included, frames counted when the GPU
// has finished them; not before the decoding scale has settled. Stops after `maxSeconds`, then
// with at least one frame.
export async function measureFrames(viewer, { seconds = 3, maxSeconds = 20 } = {}) {
    await viewer.whenComplete();
    const { light } = viewer.settings;
    const begin = performance.now();
    try {
        viewer.driven = 0;
        viewer.drive = frame => circle(RADIUS, frame * TURN);
        viewer.loop.request();
        await settle(viewer, begin, maxSeconds * 1000);
        return summarise(await collect(viewer, begin, seconds * 1000, maxSeconds * 1000));
    } finally {
        viewer.drive = null;
        viewer.settings.light = light;
        viewer.moved();
    }
}

// Rows y0 to y1 at 1:1 under a light, RGBA in base64: bytes, or float32 of the raw output.
export async function decodeRows(viewer, light, y0, y1, target = 'unorm') {
    await viewer.whenComplete();
    await viewer.loop.pause();
    try {
        const [width, height] = viewer.scene.size;
        if (!(y0 >= 0 && y0 < y1 && y1 <= height)) {
            throw new Error(`The rows ${y0} to ${y1} are not all in the image, which has ${height}.`);
        }
        const pass = viewer.decodePass(target);
        pass.setLight(light);
        return await toBase64(pass.decodeRows(viewer.scene.tiles, width, y0, y1));
    } finally {
        viewer.loop.resume();
    }
}

// Decodes what is in sight, as while the light moves; returns the pixels.
function decodeFrame(viewer, pass, tiles, frame) {
    pass.setLight(circle(RADIUS, frame * TURN));
    const { density } = viewer;
    let pixels = 0;
    for (const tile of tiles) pixels += pass.decode(tile, density, viewer.partInSight(tile, density));
    // A frame must leave for the GPU by itself: one drawn over before that may never be drawn.
    viewer.gl.flush();
    return pixels;
}

// Grows the batch until it lasts long enough, then repeats it until `seconds` are full.
async function runBatches(batch, begin, enough, latest) {
    const samples = [];
    let frames = 1;
    let measured = 0;
    do {
        const sample = batch(frames);
        const late = performance.now() - begin > latest;
        if (sample.ms >= BATCH || late) {
            samples.push(sample);
            measured += sample.ms;
        } else {
            frames = Math.ceil(frames * Math.min(8, 1.1 * BATCH / sample.ms));
        }
        if (late) break;
        await new Promise(resolve => setTimeout(resolve));
    } while (measured < enough);
    return samples;
}

// Runs frames until the decoding scale stays where it is, for SETTLING_SECONDS at most; one frame
// where the scale does not change.
async function settle(viewer, begin, latest) {
    if (!viewer.settings.adaptive) {
        await nextFrame(viewer);
        return;
    }
    let steady = 0;
    let scale = 0;
    while (steady < SETTLING_FRAMES) {
        const frame = await nextFrame(viewer);
        steady = Math.abs(frame.scale - scale) <= SETTLED * frame.scale ? steady + 1 : 0;
        scale = frame.scale;
        const elapsed = performance.now() - begin;
        if (elapsed > SETTLING_SECONDS * 1000 || elapsed > latest / 2) return;
    }
}

async function collect(viewer, begin, enough, latest) {
    const frames = [];
    let measured = 0;
    do {
        frames.push(await nextFrame(viewer));
        measured += frames.at(-1).interval;
    } while (measured < enough && performance.now() - begin < latest);
    return frames;
}

function summarise(frames) {
    const intervals = frames.map(({ interval }) => interval);
    const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
        frames: frames.length,
        seconds: intervals.reduce((sum, interval) => sum + interval, 0) / 1000,
        intervals,
        decodedPixelsPerFrame: mean(frames.map(({ pixels }) => pixels)),
        scale: mean(frames.map(({ scale }) => scale)),
    };
}

function nextFrame(viewer) {
    return new Promise(resolve => {
        viewer.addEventListener('frame', ({ detail }) => resolve(detail), { once: true });
    });
}

function toBase64(array) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(new Blob([array]));
    });
}
