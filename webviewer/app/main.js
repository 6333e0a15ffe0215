// The page of its own: one viewer, its state in the address; window.raking is its interface for scripts.

import { RakingViewer } from './raking-viewer.js';
import { readRows } from './snapshot.js';
import { readAddress, writeAddress } from './state.js';

const ADDRESS_DELAY = 250;  // milliseconds; browsers refuse an address that changes too often

// An exported site's page has the element with its images already; an address may still ask for others.
const element = document.querySelector('raking-viewer') ?? new RakingViewer();
element.toggleAttribute('standalone', true);
element.asked = readAddress(location.search);
if (element.hasAttribute('src') && !element.asked.image.length) delete element.asked.image;
if (!element.isConnected) document.querySelector('main').append(element);
element.ready.catch(() => {}).then(() => element.viewer && keepAddress(element.viewer));

// The address always reproduces what is seen.
function keepAddress(viewer) {
    let timer;
    const keep = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
            history.replaceState(null, '', writeAddress(viewer.state()) + location.hash);
        }, ADDRESS_DELAY);
    };
    viewer.addEventListener('state', keep);
    viewer.addEventListener('light', keep);
    const name = () => {
        const { title, label } = viewer.scene?.info ?? {};
        if (title) document.title = `${title} · ${label}`;
    };
    viewer.addEventListener('scene', name);
    name();
}

window.raking = {
    ready: element.ready,
    info: () => element.viewer.info(),
    state: () => element.viewer.state(),
    setState: changes => element.viewer.setState(changes),
    setLight: (x, y) => element.viewer.setState({ light: [x, y] }),
    status: () => element.viewer.status(),
    snapshot: progress => element.viewer.snapshot(progress),
    counts: () => {
        const { viewer } = element;
        return { ...viewer.counts, wantedTiles: viewer.wantedTiles().length, tilesInAll: viewer.scene.tilesInAll };
    },
    decodeRows: (light, y0, y1, target) => readRows(element.viewer, light, y0, y1, target),
};
