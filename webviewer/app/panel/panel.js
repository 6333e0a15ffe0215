// What stands around the picture: title, choice of image, buttons, read-out and messages.

import { t } from '../words/words.js';
import { change, connectNotes, whatIsOn } from './actions.js';
import { connectCompare, distinct, showChoice } from './compare.js';
import { connectDomes } from './dome.js';
import { on } from './points.js';
import { connectRuler } from './ruler.js';

const READ_OUT_INTERVAL = 500;  // milliseconds
const MESSAGE_TIME = 8000;
const FEW = 3;  // images that have a button each

export function connectPanel(viewer, parts, actions, signal) {
	connectMessages(viewer, parts);
	connectButtons(viewer, parts, actions, signal);
	connectDomes(viewer, parts);
	connectCompare(viewer, parts);
	connectRuler(viewer, parts);
	connectReadOut(viewer, parts);
	connectDisclosures(parts);
	connectNotes(viewer, parts);
	connectNavigator(viewer, parts);
	on(viewer, 'light', () => parts.welcome.remove());  // its first movement, by whatever hand
	on(viewer, 'scene', () => showImages(viewer, parts, actions.choose));
	viewer.store.subscribe('image', ({ image }) => makeRoom(parts, image.length));
}

// For the choice among so many images: nothing moves when their names come.
export function makeRoom({ frame, second }, count) {
	frame.classList.toggle('several', count > 1);
	second.hidden = count < 3;
}

function connectButtons(viewer, parts, actions, signal) {
	for (const [id, action] of Object.entries(actions)) parts[id]?.addEventListener('click', action);
	const show = state => {
		for (const [id, pressed] of Object.entries(whatIsOn(state))) parts[id].ariaPressed = pressed;
	};
	viewer.store.subscribe('orbit tiling adaptive compare ruler', show);
	show(viewer.store.state);
	viewer.store.subscribe('ui', ({ ui }) => parts.frame.classList.toggle('bare', !ui));
	const { fullScreen: full } = parts;
	full.hidden = !document.fullscreenEnabled;
	document.addEventListener('fullscreenchange', () => {
		full.ariaPressed = document.fullscreenElement === full.getRootNode().host;
	}, { signal });
}

// Loaded once not all of the picture is in sight.
/** @param {Viewer} viewer */
function connectNavigator(viewer, parts) {
	let begun = false;
	const begin = () => {
		if (begun || !viewer.scene || viewer.view.showsAll) return;
		begun = true;
		import('./navigator.js').then(({ createNavigator }) => createNavigator(viewer, parts)).catch(() => {});
	};
	viewer.store.subscribe('zoom center rotation canvas size', begin);
	on(viewer, 'scene', begin);
}

// A problem stays until something is done about it; other messages go by themselves.
/** @param {Viewer} viewer */
function connectMessages(viewer, parts) {
	const { message, remedy, dismiss } = parts;
	let timer;
	/** @param {{ text: string, problem?: boolean, action?: Action }} message */
	const show = ({ text, problem, action }) => {
		clearTimeout(timer);
		if (!problem) timer = setTimeout(show, MESSAGE_TIME, { text: '' });
		message.querySelector('p').textContent = text;
		message.className = text && (problem ? 'shown problem' : 'shown');
		dismiss.hidden = !problem;
		remedy.hidden = !action;
		remedy.textContent = action?.label;
		remedy.onclick = action?.run;
	};
	on(viewer, 'message', ({ detail }) => show(detail));
	dismiss.onclick = () => show({ text: '' });
}

// The help; and, where there is little room, the tools under 'More'.
function connectDisclosures(parts) {
	const { dialog, more, tools, foot, picture } = parts;
	const open = wanted => { more.ariaExpanded = tools.classList.toggle('open', wanted); };
	dialog.onclick = ({ target }) => {
		if (target === dialog) dialog.close();
	};
	more.onclick = () => open();
	foot.onkeydown = ({ key }) => {
		if (key !== 'Escape' || !tools.classList.contains('open')) return;
		open(false);
		more.focus();
	};
	on(picture, 'pointerdown', () => open(false));
	on(tools, 'click', ({ target }) => target.closest('[aria-expanded]') && open(false));  // a panel takes the room
}

// A button for each of a few images, or one that lets choose among many. Their names come from files, so
// they are only ever set as text.
/** @param {Viewer} viewer */
async function showImages(viewer, parts, choose) {
	const { images, title, frame } = parts;
	title.textContent = viewer.scene.info.title;
	frame.classList.remove('empty');
	const names = distinct(await Promise.all(
		viewer.store.state.image.map(url => viewer.images.shelf.loadInfo(url).catch(() => null))));
	const { image: { length: count }, show } = viewer.store.state;
	if (images.dataset.names !== names.join()) {
		images.dataset.names = names.join();
		images.replaceChildren(...count > FEW ? [chooseButton(choose)]
			: count > 1 ? names.map((text, index) => imageButton(viewer, text, index)) : names);
		showChoice(viewer, parts, names);
	}
	if (count > FEW) images.firstChild.textContent = t`Image ${show + 1} of ${count}`;
	else [...images.children].forEach((button, index) => { button.ariaPressed = index === show; });
}

/** @param {Viewer} viewer */
function imageButton(viewer, text, index) {
	const button = document.createElement('button');
	button.textContent = text;
	button.onclick = () => change(viewer, { show: index });
	return button;
}

function chooseButton(choose) {
	const button = document.createElement('button');
	button.ariaHasPopup = 'dialog';
	button.title = t`Choose an image`;
	button.onclick = choose;
	return button;
}

/** @param {Viewer} viewer */
function connectReadOut(viewer, parts) {
	parts.drawnBy.textContent = t`Drawn by ${viewer.info().renderer}.`;
	const { readout, zoom, coarse } = parts;
	const percent = share => `${Math.round(share * 100)} %`;
	/** @type {ReturnType<typeof setTimeout> | null} */
	let timer = null;
	const write = () => {
		timer = null;
		const status = viewer.status();
		readout.textContent = describe(status);
		zoom.textContent = viewer.scene ? percent(viewer.view.zoom) : '';
		coarse.textContent = t`${percent(status.scale)} resolution`;
		coarse.hidden = status.scale >= 1;
	};
	on(viewer, 'frame status state', () => { timer ??= setTimeout(write, READ_OUT_INTERVAL); });
}

function describe({ rate, tiles, bytes, budget, loading, failed }) {
	const megabytes = length => Math.round(length / 2 ** 20);
	return [
		rate && t`${Math.round(rate)} fps`,
		failed && t`${failed} failed`,
		loading && t`${loading} loading`,
		tiles === 1 ? t`1 tile` : t`${tiles} tiles`,
		t`${megabytes(bytes)} of ${megabytes(budget)} MB`,
	].filter(Boolean).join(' · ');
}
