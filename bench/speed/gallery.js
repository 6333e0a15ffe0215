// Notes what the viewer of the page draws: put into the page when it is ready, as window.rakingFrames.

(() => {
    const { viewer } = document.querySelector('raking-viewer');
    const frames = [];
    viewer.addEventListener('frame', ({ detail: { pixels, scale, presented, complete } }) => {
        frames.push({ at: performance.now(), pixels, scale, presented, complete });
    });
    window.rakingFrames = {
        take: () => frames.splice(0),
        now: () => performance.now(),
    };
})();
