// The page of its own: its state is in the address; window.raking is an interface for scripts.

import { openFolder } from './folders/files.js';
import { on } from './panel/points.js';
import './raking-viewer.js';
import { tellCounts } from './report.js';
import { readAddress, tellUnknown, writeAddress } from './state/settings.js';
import { language, t } from './words/words.js';

const ADDRESS_DELAY = 250;  // milliseconds; browsers refuse an address that changes too often

// The page has the element, an exported site's with its images; an address may ask for others.
const element = /** @type {RakingViewer} */ (document.querySelector('raking-viewer'));
const viewer = () => /** @type {Viewer} */ (element.viewer);  // once it is ready
const lost = [];  // names of images that only the page before had
element.asked = withoutLost(readAddress(location.search));
if (element.hasAttribute('src') && !element.asked.image.length) delete element.asked.image;
// Opened to choose a region on a still picture.
if (location.hash === '#region') {
	element.ready.then(() => {
		const part = id => /** @type {any} */ (element.shadowRoot?.getElementById(id));
		part('frame').classList.add('fixed');
		part('region').click();
	}).catch(() => {});
}
element.ready.then(tell).catch(() => {}).then(() => element.viewer && keepAddress(element.viewer));

// Images from this computer are gone when the page is loaded anew: others are shown, where there are any.
function withoutLost(asked) {
	const kept = asked.image.filter(image => !image.startsWith('dropped:'));
	if (kept.length === asked.image.length || !(kept.length || element.hasAttribute('src'))) return asked;
	lost.push(...asked.image.filter(image => !kept.includes(image)).map(image => openFolder(image).name));
	const place = key => Math.max(0, kept.indexOf(asked.image[asked[key] ?? 0]));
	const { zoom, center, ruler, ...others } = asked;
	const view = kept.includes(asked.image[asked.show ?? 0]) ? { zoom, center, ruler } : {};
	return { ...others, ...view, image: kept, show: place('show'), ...'with' in asked && { with: place('with') } };
}

function tell() {
	document.documentElement.lang = language();
	const sentences = [tellUnknown(new URLSearchParams(location.search).keys(), t`the page's address`)];
	if (lost.length) {
		const names = lost.slice(0, 3).join(', ') + (lost.length > 3 ? ' …' : '');
		sentences.push(t`${names} had been opened from this computer and went when the page was loaded anew: open it again.`);
	}
	if (sentences.some(Boolean)) viewer().say(sentences.filter(Boolean).join(' '));
}

/** @param {Viewer} viewer */
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
	name => [name, (...values) => viewer()[name](...values)]);
window.raking = {
	...Object.fromEntries(passedOn),
	ready: element.ready,
	counts: () => tellCounts(viewer()),
	// For a light [x, y], or a view and a light.
	decodeRows: async (conditions, y0, y1, target) => {
		await viewer().whenComplete();
		const { engine, scene, store: { state } } = viewer();
		const { readRows } = await import('./gpu/snapshot.js');
		const [light, camera] = [conditions.slice(-2), conditions.length > 2 ? conditions.slice(0, 2) : state.camera];
		return readRows(engine, scene, { ...state, light, camera }, y0, y1, target);
	},
};
