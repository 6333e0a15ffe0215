// How the surface is read: the mode, the light in numbers, and the picture's exposure. A panel over the picture,
// made when it is first asked for.

import { COLOURS, SCALE } from '../../shaders/evidence.js';
import { isFor } from '../../shaders/look.js';
import { MODES, RANGES } from '../../state/looks.js';
import { t } from '../../words/words.js';
import { change } from '../actions.js';
import { MODE_NAMES } from '../modes.js';
import { MODE_NUMBERS } from '../numbers.js';
import { once } from '../once.js';
import { on } from '../points.js';
import { sidePanel } from '../side.js';
import { anglesMarkup, connectAngles, put } from './angles.js';

// What each mode does.
const TOLD = {
	'plain': 'As the photographs show the surface, under any light.',
	'normals': 'Which way the surface faces: red to the right, green up, blue towards you. '
		+ 'Colour and light are left out, and the relief remains.',
	'curvature': 'Ridges light and grooves dark, whatever the light. Colour is left out.',
	'specular': 'Gives the surface a gloss that it has not, so that shallow marks '
		+ 'catch the light. Move the light to see them.',
	'diffuse': 'Deepens light and shade on slopes, the colours staying where the surface faces the light. '
		+ 'Of PTM images alone.',
	'multi-light': 'Lights each place from where its relief shows best, not far to either side of the present light. '
		+ 'Most under a low light.',
	'multi-light-static': 'Lights each place from where its relief shows best, among raking lights about the upper left, '
		+ 'whatever the present light.',
	'unsharp': 'Makes what is brighter or darker than its neighbourhood stand out.',
	'unsharp-picture': 'Makes colours that differ from their neighbourhood stand out: traces of paint, stains.',
	'unsharp-normals': 'Steepens small relief and lights it anew: shallow lines stand out, and colours stay.',
	'evidence': 'How far photographs support each place under this light: how near the lights are under which it was '
		+ 'photographed, and how well photographs that were left out could be told from the others.',
};
const NAMES = {
	kd: 'Colour', ks: 'Gloss', exponent: 'Sharpness', diffuse: 'Gain', radius: 'Radius', amount: 'Amount', spread: 'Spread', raking: 'Height of the light', area: 'Area', red: 'Red', green: 'Green', blue: 'Blue',
	second: 'Second light', azimuth2: 'Its azimuth', elevation2: 'Its elevation',
	exposure: 'Exposure', gamma: 'Gamma', saturation: 'Saturation',
};
const STEPS = { exposure: 0.1, exponent: 1, spread: 1, raking: 1, azimuth2: 1, elevation2: 1 };  // 0.05 of the others
const TONES = ['exposure', 'gamma', 'saturation'];
const OF_SECOND = ['azimuth2', 'elevation2'];
const LIGHTS = ['red', 'green', 'blue', 'second', ...OF_SECOND];
const RAKING = 15;  // degrees above the surface
// Row by row, as the light stands about the object: degrees counter-clockwise from the right.
/** @type {[string, number | null][]} */
const SIDES = [
	['Light from the upper left', 135], ['Light from the top', 90], ['Light from the upper right', 45],
	['Light from the left', 180], ['Light from straight above', null], ['Light from the right', 0],
	['Light from the lower left', 225], ['Light from the bottom', 270], ['Light from the lower right', 315],
];
const FIRST_LIGHT = [0.35, 0.45];

const slider = key => {
	const [least, most] = RANGES[key];
	return `<label class="number" data-key="${key}"><span>${NAMES[key]}</span>
		<input type="range" id="number-${key}" min="${least}" max="${most}" step="${STEPS[key] ?? 0.05}"><output></output></label>`;
};
const options = MODES.map(mode => `<option value="${mode}">${MODE_NAMES[mode]}</option>`).join('');
const arrow = angle => angle === null ? '<circle cx="10" cy="10" r="3.5"/>'
	: `<path d="M4 10h11M11 6l4 4-4 4" transform="rotate(${180 - angle} 10 10)"/>`;
const side = ([name, angle], index) =>
	`<button data-side="${index}" aria-label="${name}" title="${name}">
		<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">${arrow(angle)}</svg></button>`;

// From the errors of 2, 4, 8, 16 and 32 levels of 255 on, see shaders/evidence.js.
const EVIDENCE = [
	'as good as a photograph', 'a difference that is hard to see', 'seen beside a photograph',
	'edges of shadows and gleams may lie elsewhere', 'inferred: not to be relied on',
];
const scale = COLOURS.map((colour, i) =>
	`<li><svg viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill="#${colour}"/></svg>
		<span><b>${SCALE[i]}</b> <span>${EVIDENCE[i]}</span></span></li>`);

const MARKUP = `
	<label><span>Show</span><select id="mode">${options}</select></label>
	<p id="told" class="told" aria-live="polite"></p>
	<div id="scale" hidden><h2>Error to be expected, in levels of 255</h2><ul>${scale.join('')}</ul></div>
	<div>${Object.keys(RANGES).filter(key => !TONES.includes(key) && !LIGHTS.includes(key)).map(slider).join('')}</div>
	<label><span>Beside it</span><select id="versus"><option value="">nothing</option>${options}</select></label>
	<h2>Light</h2>
	<div id="sides" role="group" aria-label="Raking light">${SIDES.map(side).join('')}</div>
	${anglesMarkup('light')}
	<div>${LIGHTS.map(slider).join('')}</div>
	<div id="ofCamera"><h2>Camera</h2>${anglesMarkup('camera')}
		<button id="above">Straight above</button>
		<button id="tilt" aria-pressed="false" title="The plane as the camera sees it">Tilt the picture</button></div>
	<h2>Picture</h2>
	<div>${TONES.map(slider).join('')}</div>
	<button id="reset">Reset</button>`;

const panelOf = once(createPanel);
/** @type {(viewer: Viewer, parts: any) => void} */
export const toggleReading = (viewer, parts) => panelOf(viewer, parts)();

/** @param {Viewer} viewer */
function createPanel(viewer, parts) {
	const { panel, toggle } = sidePanel(parts, parts.reading, t`Reading the surface`, MARKUP);
	panel.id = 'readingPanel';
	const part = id => /** @type {any} */ (panel.querySelector(`#${id}`));
	connectModes(viewer, part);
	connectNumbers(viewer, panel);
	connectDirections(viewer, panel, part);
	part('reset').onclick = () => {
		const numbers = Object.fromEntries(Object.entries(RANGES).map(([key, [, , initial]]) => [key, initial]));
		change(viewer, { ...numbers, mode: '', versus: '', light: FIRST_LIGHT, camera: '', tilt: '' });
	};
	return toggle;
}

/** @param {Viewer} viewer */
function connectModes(viewer, part) {
	const { store } = viewer;
	const [mode, versus, told] = ['mode', 'versus', 'told'].map(part);
	mode.onchange = () => change(viewer, { mode: mode.value });
	versus.onchange = () => {
		const { compare, image } = store.state;
		const compared = versus.value ? compare.replace('off', 'split') : image.length > 1 ? compare : 'off';
		change(viewer, { versus: versus.value, compare: compared });
	};
	const show = () => {
		const { state } = store;
		mode.value = state.mode;
		versus.value = state.compare === 'off' ? '' : state.versus ?? '';
		told.textContent = t(TOLD[state.mode]);
		part('scale').hidden = ![state.mode, versus.value].includes('evidence');
		const shown = [state.mode, versus.value || state.mode].flatMap(name => MODE_NUMBERS[name] ?? []);
		for (const key of Object.keys(RANGES)) {
			if (!TONES.includes(key) && !LIGHTS.includes(key)) part(`number-${key}`).parentElement.hidden = !shown.includes(key);
		}
		for (const key of OF_SECOND) part(`number-${key}`).parentElement.hidden = !state.second;
	};
	store.subscribe('mode versus compare second', show);
	// What is not for the image shown cannot be chosen.
	const offer = () => {
		const { kind } = viewer.scene.info.decoder;
		for (const option of [...mode.options, ...versus.options]) option.disabled = !isFor(option.value, kind);
	};
	on(viewer, 'scene', offer);
	offer();
	show();
}

/** @param {Viewer} viewer */
function connectNumbers(viewer, panel) {
	const { store, motion } = viewer;
	for (const label of panel.querySelectorAll('[data-key]')) {
		const { key } = label.dataset;
		const [input, output] = ['input', 'output'].map(name => label.querySelector(name));
		const show = () => {
			input.value = store.state[key];
			output.textContent = Number(store.state[key].toFixed(2));
		};
		// As while the light moves, what is in sight is drawn as coarsely as it must be.
		input.oninput = () => motion.move('light', { [key]: input.valueAsNumber });
		store.subscribe(key, show);
		show();
	}
}

/** @param {Viewer} viewer */
function connectDirections(viewer, panel, part) {
	for (const button of panel.querySelectorAll('[data-side]')) {
		const [, angle] = SIDES[button.dataset.side];
		button.onclick = () => put(viewer, 'light', angle ?? 0, angle === null ? 90 : RAKING);
	}
	connectAngles(viewer, 'light', part);
	connectAngles(viewer, 'camera', part);
	part('above').onclick = () => put(viewer, 'camera', 0, 90);
	const { store } = viewer;
	part('tilt').onclick = () => change(viewer, { tilt: !store.state.tilt });
	const press = () => { part('tilt').ariaPressed = String(store.state.tilt); };
	store.subscribe('tilt', press);
	press();
	const offer = () => { part('ofCamera').hidden = !viewer.images.hasViews; };
	on(viewer, 'scene', offer);
	offer();
}
