// The page of its own: its state is in the address; window.raking is an interface for scripts.

import { on } from './points.js';
import { RakingViewer } from './raking-viewer.js';
import { readRows } from './snapshot.js';
import { readAddress, writeAddress } from './state.js';

const ADDRESS_DELAY = 250;  // milliseconds; browsers refuse an address that changes too often

// An exported site's page has the element with its images; an address may still ask for others.
const element = document.querySelector('raking-viewer') ?? new RakingViewer();
element.toggleAttribute('standalone', true);
element.asked = readAddress(location.search);
if (element.hasAttribute('src') && !element.asked.image.length) delete element.asked.image;
if (!element.isConnected) document.querySelector('main').append(element);
element.ready.catch(() => {}).then(() => element.viewer && keepAddress(element.viewer));

function keepAddress(viewer) {
	let timer;
	const keep = () => history.replaceState(null, '', writeAddress(viewer.state()) + location.hash);
	on(viewer, 'state light', () => {
		clearTimeout(timer);
		timer = setTimeout(keep, ADDRESS_DELAY);
	});
	const name = () => {
		const { title, label } = viewer.scene?.info ?? {};
		if (title) document.title = `${title} · ${label}`;
	};
	on(viewer, 'scene', name);
	name();
}

const passedOn = ['info', 'state', 'setState', 'status', 'snapshot'].map(
	name => [name, (...values) => element.viewer[name](...values)]);
window.raking = {
	...Object.fromEntries(passedOn),
	ready: element.ready,
	counts: () => {
		const { viewer } = element;
		const { found, scene: { pyramid } } = viewer.painter.plan(viewer.scene);
		return { ...viewer.counts, wantedTiles: found.length, tilesInAll: pyramid.tiles(0).length };
	},
	decodeRows: (light, y0, y1, target) => readRows(element.viewer, light, y0, y1, target),
};
