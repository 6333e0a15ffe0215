// Starts the viewer on this page; window.raking is its interface for scripts.

import { connectInput } from './input.js';
import { connectPanel } from './panel.js';
import { decodeRows, measureDecode, measureFrames } from './measure.js';
import { loadTemplates } from './shader.js';
import { readAddress, writeAddress } from './state.js';
import { Viewer } from './viewer.js';

const ADDRESS_DELAY = 250;      // milliseconds; browsers refuse an address that changes too often

let viewer;

async function start() {
    const canvas = document.querySelector('#picture');
    const asked = readAddress(location.search);
    document.body.classList.toggle('bare', asked.ui === 'off');
    viewer = new Viewer(canvas, await loadTemplates(new URL('shaders/', document.baseURI)));
    connectPanel(viewer);
    connectInput(viewer);
    await followSize(viewer);
    await viewer.setState(asked);
    keepAddress(viewer);
}

// Keeps the canvas as large as its place on the page, in device pixels.
function followSize(viewer) {
    return new Promise(resolve => {
        new ResizeObserver(([entry]) => {
            const [box] = entry.devicePixelContentBoxSize ?? [];
            const { width, height } = entry.contentRect;
            const size = box ? [box.inlineSize, box.blockSize]
                : [width, height].map(length => Math.round(length * devicePixelRatio));
            viewer.resize(...size.map(length => Math.max(1, length)), document.body.classList.contains('bare') ? 0 : 1);
            resolve();
        }).observe(viewer.canvas);
    });
}

// The address always reproduces what is seen.
function keepAddress(viewer) {
    let timer;
    viewer.addEventListener('state', () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
            history.replaceState(null, '', writeAddress(viewer.state()) + location.hash);
        }, ADDRESS_DELAY);
    });
}

function tell(error) {
    const message = document.querySelector('#message');
    message.textContent = error.message;
    message.className = 'problem';
    message.hidden = false;
    throw error;
}

const ready = start().catch(tell);
ready.catch(() => {});

window.raking = {
    ready,
    info: () => viewer.info(),
    state: () => viewer.state(),
    setState: changes => viewer.setState(changes),
    setLight: (x, y) => viewer.setState({ light: [x, y] }),
    counts: () => ({ ...viewer.counts, wantedTiles: viewer.wantedTiles().length, tilesInAll: viewer.scene.tiles.length }),
    measureDecode: options => measureDecode(viewer, options),
    measureFrames: options => measureFrames(viewer, options),
    decodeRows: (light, y0, y1, target) => decodeRows(viewer, light, y0, y1, target),
};
