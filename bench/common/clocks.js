// The page's clocks, through the parts that the viewer itself draws with: put into the page before its
// own scripts, as window.rakingClocks. Each takes the viewer of the <raking-viewer> there, and of it what
// docs/viewer.md says under "For scripts, and for measuring".

{
    const BATCH = 250;              // milliseconds that a batch lasts at least
    const TURN = 2 * Math.PI / 90;  // how far the light goes from frame to frame
    const RADIUS = 0.6;
    const SETTLED = 0.05;           // relative change of the decoding scale that counts as settled
    const SETTLING_FRAMES = 5;
    const SETTLING_SECONDS = 3;

    // The decode alone: batches of frames, each under another light, ended by a one-pixel read-back.
    // `warmup`: frames before anything counts. Batches follow until `seconds` are full, at least one;
    // none begins after `maxSeconds`. Adaptive resolution is off.
    async function measureDecode(viewer, { seconds = 2, maxSeconds = 10, warmup = 1 } = {}) {
        await viewer.whenComplete();
        await viewer.loop.pause();
        const measure = await decodingOf(viewer);
        const begin = performance.now();
        let drawn = 0;
        let pixels = 0;
        const batch = frames => {
            const start = performance.now();
            for (let i = 0; i < frames; i++) pixels = measure.decode(circle(drawn++));
            measure.wait();
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
            measure.end();
            viewer.loop.resume();
        }
    }

    // The decoding of what is in sight and nothing else, as while the light moves.
    async function decodingOf({ engine, scene, store: { state } }) {
        const { gl } = engine;
        const { partInSight } = await import(new URL('gpu/plan.js', document.baseURI).href);
        const plan = engine.plan(state, scene);
        const pass = scene.decodePass(state);
        const look = scene.look(state);
        return {
            // Returns how many pixels it decoded.
            decode(light) {
                pass.setLight(light, look);
                let pixels = 0;
                for (const tile of plan.found) pixels += pass.decode(tile, 1, partInSight(plan, tile, 1));
                // A frame must leave for the GPU by itself: one drawn over before that may never be drawn.
                gl.flush();
                return pixels;
            },
            // Returns when all of it is done; gl.finish() does not wait in Chromium, this does.
            wait: () => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)),
            // What is in sight is decoded anew when it is drawn.
            end: () => plan.found.forEach(tile => tile.forget()),
        };
    }

    // The viewer's own loop with the light moving, everything included, frames counted when the GPU
    // has finished them; not before the decoding scale has settled. Stops after `maxSeconds`, then
    // with at least one frame.
    async function measureFrames(viewer, { seconds = 3, maxSeconds = 20 } = {}) {
        await viewer.whenComplete();
        const { light } = viewer.store.state;
        const begin = performance.now();
        try {
            viewer.motion.follow(circle);
            await settle(viewer, begin, maxSeconds * 1000);
            return summarise(await collect(viewer, begin, seconds * 1000, maxSeconds * 1000));
        } finally {
            viewer.motion.follow(null);
            viewer.motion.move('light', { light });
        }
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
        if (!viewer.store.state.adaptive) {
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

    // The light of a frame.
    function circle(frame) {
        return [RADIUS * Math.cos(frame * TURN), RADIUS * Math.sin(frame * TURN)];
    }

    /** @returns {Viewer} */
    const viewer = () => /** @type {any} */ (document.querySelector('raking-viewer')).viewer;
    window.rakingClocks = {
        measureDecode: options => measureDecode(viewer(), options),
        measureFrames: options => measureFrames(viewer(), options),
    };
}
