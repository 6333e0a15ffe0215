// Notes what the viewer of the page draws: put into the page when it is ready, as window.rakingFrames.

(() => {
    /** @type {Viewer} */
    const viewer = /** @type {any} */ (document.querySelector('raking-viewer')).viewer;
    const frames = [];
    viewer.addEventListener('frame', event => {
        const { detail: { pixels, scale, presented, complete } } = /** @type {CustomEvent} */ (event);
        frames.push({ at: performance.now(), pixels, scale, presented, complete });
    });
    window.rakingFrames = {
        take: () => frames.splice(0),
        now: () => performance.now(),
    };
})();
