// What the buttons and the keys do.

import { writeAddress } from '../state/settings.js';
import { t } from '../words/words.js';
import { openPicker } from './drop.js';
import { on } from './points.js';
import { startRuler } from './ruler.js';
import { saveFile } from './save.js';

const ZOOM_STEP = 1.25;
const TURN_STEP = 15;  // degrees

export function whatIsOn({ orbit, tiling, adaptive, compare, ruler }) {
	const [split, blink, difference] = ['split', 'blink', 'difference'].map(mode => mode === compare);
	return { orbit, tiling, adaptive, split, blink, difference, measure: Boolean(ruler) };
}

// The names are those of the buttons too.
/** @param {Viewer} viewer */
export function createActions(viewer, element, parts) {
	const { store, motion } = viewer;
	const zoomBy = factor => zoomAbout(viewer, store.state.canvas.map(length => length / 2), factor);
	const turn = degrees => () => motion.move('view', viewer.view.rotateBy(degrees));
	const flip = key => () => change(viewer, { [key]: !store.state[key] });
	const compare = mode => () => change(viewer, { compare: store.state.compare === mode ? 'off' : mode });
	const later = open => () => open().catch(
		() => viewer.say(t`This could not be loaded: is the server still running?`, true));
	const gain = factor => () => change(viewer, { gain: Math.min(64, Math.max(1, store.state.gain * factor)) });
	return {
		zoomIn: () => zoomBy(ZOOM_STEP),
		zoomOut: () => zoomBy(1 / ZOOM_STEP),
		showPixels: () => zoomBy(1 / viewer.view.zoom),
		fit: () => motion.move('view', { zoom: null, center: null }),
		turnLeft: turn(-90),
		turnRight: turn(90),
		tiltLeft: turn(-TURN_STEP),
		tiltRight: turn(TURN_STEP),
		orbit: flip('orbit'),
		tiling: flip('tiling'),
		adaptive: flip('adaptive'),
		ui: flip('ui'),
		next: () => change(viewer, { show: (store.state.show + 1) % store.state.image.length }),
		split: compare('split'),
		blink: compare('blink'),
		difference: compare('difference'),
		lessGain: gain(1 / 2),
		moreGain: gain(2),
		reading: later(() => import('./reading/reading.js').then(panel => panel.toggleReading(viewer, parts))),
		region: later(() => import('./region/region.js').then(panel => panel.regionOf(viewer, parts).toggle())),
		map: later(() => import('./map/map.js').then(panel => panel.toggleMap(viewer, parts))),
		notes: later(async () => {
			const panel = (await import('./notes/notes.js')).notesOf(viewer, parts);
			panel.toggle();
			await panel.load();
		}),
		choose: later(() => import('./chooser.js').then(chooser => chooser.openChooser(viewer, parts.frame))),
		facts: later(() => import('./facts.js').then(dialog => dialog.openFacts(viewer, parts))),
		measure: () => startRuler(viewer),
		snapshot: () => saveSnapshot(viewer),
		seen: later(async () => {
			const { saveSeen } = await import('./seen.js');
			if (viewer.scene) viewer.say(t`What is seen was saved as ${await saveSeen(viewer, parts)}.`);
		}),
		copyLink: () => copyLink(viewer, element),
		open: () => openPicker(viewer),
		fullScreen: () => document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen(),
		flip: () => motion.flip(),
		camera: () => goToCamera(viewer, parts),
		help: () => parts.dialog.showModal(),
	};
}

// Settings change from the page: what fails is said there, by the viewer.
/** @param {Viewer} viewer */
export function change(viewer, settings) {
	viewer.setState(settings).catch(() => {});
}

// To the camera's disc, whose arrow keys turn it, and back to the picture.
/** @param {Viewer} viewer */
function goToCamera(viewer, { cameraDome }) {
	if (!viewer.images.hasViews) viewer.say(t`This image was seen by one camera, which cannot be turned.`);
	else if (cameraDome.matches(':focus')) viewer.canvas.focus();
	else cameraDome.focus();
}

// An image's notes are looked for when its picture is there.
/** @param {Viewer} viewer */
export function connectNotes(viewer, parts) {
	on(viewer, 'scene', async () => {
		const { folder } = viewer.scene.info;
		try {
			await viewer.whenComplete();
			const { items } = JSON.parse(await (await folder.get('annotations.json')).text());
			if (items.length && folder === viewer.scene?.info.folder) await (await import('./notes/notes.js')).notesOf(viewer, parts).load();
		} catch {}  // most images have none
	});
}

/** @param {Viewer} viewer */
export function zoomAbout(viewer, point, factor) {
	const { view } = viewer;
	viewer.motion.move('view', view.zoomAbout(point, view.zoom * factor));
}

/** @param {Viewer} viewer */
async function saveSnapshot(viewer) {
	if (!viewer.scene) return;
	const { store: { state: { light, camera } }, scene: { info: { title, label, decoder } } } = viewer;
	const place = direction => direction.map(value => value.toFixed(2));
	const name = `${title} ${label} light ${place(light)}${decoder.hasViews ? ` camera ${place(camera)}` : ''}.png`;
	try {
		const blob = await viewer.snapshot(share => viewer.say(t`Saving the picture … ${Math.round(share * 100)} %`));
		viewer.say(t`The picture was saved as ${saveFile(blob, name)}.`);
	} catch (error) {
		viewer.say(t`The picture could not be saved: ${error.message}`, true);
	}
}

// An element of another page has its link lead to the viewer's own page.
/** @param {Viewer} viewer */
async function copyLink(viewer, element) {
	const state = viewer.state();
	if (state.image.some(image => image.startsWith('dropped:'))) {
		return viewer.say(t`These files were opened from this computer, so no link can lead to them.`, true);
	}
	const own = element.hasAttribute('standalone');
	const image = own ? state.image : state.image.map(url => new URL(url, document.baseURI).href);
	const wheel = own ? state.wheel : 'zoom';
	const link = new URL(writeAddress({ ...state, image, wheel }), own ? location.href : new URL('../index.html', import.meta.url)).href;
	try {
		await navigator.clipboard.writeText(link);
		viewer.say(t`The link was copied: it shows exactly this.`);
	} catch {
		viewer.say(t`Copy this link: ${link}`, true);
	}
}
