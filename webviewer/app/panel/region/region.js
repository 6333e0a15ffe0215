// Regions of interest: the panel with which pixels are chosen that networks are to be trained on. Made when it is
// first asked for.

import { language, t } from '../../words/words.js';
import { once } from '../once.js';
import { pickFiles, saveFile } from '../save.js';
import { sidePanel } from '../side.js';
import { Drawing } from './drawing.js';
import { fromFile, toCsv, toMask } from './files.js';
import { count } from './strokes.js';

const TOOLS = { rectangle: 'Rectangle', lasso: 'Lasso', brush: 'Brush' };
const MOST_STEP = 1000;
const FIELDS = { x: 'X', y: 'Y', width: 'Width', height: 'Height' };

const tool = ([id, name]) => `<button data-tool="${id}" aria-pressed="false">${name}</button>`;
const field = ([id, name]) => `<label><span>${name}</span><input type="number" id="region-${id}" min="0" step="1"></label>`;

const MARKUP = `
	<p class="told">Draw what matters: <code>raking train --region</code> reads what you save.</p>
	<div class="row" role="group" aria-label="Draw with">${Object.entries(TOOLS).map(tool).join('')}</div>
	<label id="brushSize" class="number" hidden><span>Brush</span>
		<input type="range" min="1" max="100" value="20" aria-label="Radius of the brush, in pixels of the screen"></label>
	<div class="row"><button id="erase" aria-pressed="false">Take away</button>
		<button id="undo" title="Undo (Ctrl Z)">Undo</button><button id="clear">Clear</button></div>
	<form><div id="places" class="angles">${Object.entries(FIELDS).map(field).join('')}</div>
		<button type="submit">Add this rectangle</button></form>
	<div class="angles"><label title="Every so many pixels of every so many rows"><span>Step</span>
		<input type="number" id="regionStep" min="1" max="${MOST_STEP}" value="1"></label></div>
	<p id="regionCount" class="told" role="status"></p>
	<div class="row"><button id="saveRegion">Save CSV</button><button id="saveMask">Save mask</button>
		<button id="loadRegion" title="A CSV with the heading x,y, or a mask: white in the region">Load</button></div>`;

// The region's drawing, and what opens and closes its panel.
export const regionOf = once(createPanel);

/** @param {Viewer} viewer */
function createPanel(viewer, parts) {
	const { panel, toggle } = sidePanel(parts, parts.region, t`Region of interest`, MARKUP);
	const part = name => /** @type {any} */ (panel.querySelector(name));
	const drawing = new Drawing(viewer, () => tell(viewer, drawing, part));
	const use = connectTools(drawing, panel, part);
	connectStrokes(viewer, drawing, part);
	panel.addEventListener('keydown', ({ key, ctrlKey, metaKey }) => {
		if (key === 'z' && (ctrlKey || metaKey)) part('#undo').click();
	});
	parts.still.after(drawing.layer);
	// Whatever opens or closes the panel: what is drawn is seen with it alone, or with the map.
	new MutationObserver(() => {
		if (panel.hidden) use(null);
		drawing.seenFrom('region', !panel.hidden);
	}).observe(panel, { attributeFilter: ['hidden'] });
	tell(viewer, drawing, part);
	return { drawing, toggle };
}

// Returns what chooses a tool, or none.
/** @param {Drawing} drawing */
function connectTools(drawing, panel, part) {
	const [erase, size] = [part('#erase'), part('#brushSize')];
	const use = tool => {
		drawing.use(tool);
		size.hidden = tool !== 'brush';
		for (const each of panel.querySelectorAll('[data-tool]')) each.ariaPressed = String(each.dataset.tool === tool);
	};
	for (const each of panel.querySelectorAll('[data-tool]')) {
		each.onclick = () => use(each.dataset.tool === drawing.tool ? null : each.dataset.tool);
	}
	erase.onclick = () => {
		drawing.erases = !drawing.erases;
		erase.ariaPressed = String(drawing.erases);
	};
	size.oninput = ({ target }) => { drawing.brush = target.valueAsNumber; };
	return use;
}

/**
 * @param {Viewer} viewer
 * @param {Drawing} drawing
 */
function connectStrokes(viewer, drawing, part) {
	part('#undo').onclick = () => { drawing.strokes = drawing.strokes.slice(0, -1); };
	part('#clear').onclick = () => { drawing.strokes = []; };
	part('#regionStep').oninput = ({ target: { valueAsNumber } }) => {
		drawing.step = Math.min(MOST_STEP, Math.max(1, Math.round(valueAsNumber || 1)));
	};
	part('#saveRegion').onclick = () => save(viewer, drawing, toCsv, 'region.csv');
	part('#saveMask').onclick = () => save(viewer, drawing, toMask, 'region.png');
	part('#loadRegion').onclick = () => load(viewer, drawing);
	part('form').onsubmit = event => {
		event.preventDefault();
		const [x, y, width, height] = Object.keys(FIELDS).map(key => part(`#region-${key}`).valueAsNumber);
		drawing.add({ kind: 'rectangle', points: [[x, y], [x + width, y + height]] });
	};
}

/**
 * @param {Viewer} viewer
 * @param {Drawing} drawing
 */
function tell({ scene: { size } }, { strokes, step }, part) {
	const pixels = strokes.length ? count(strokes, size, step) : 0;
	part('#regionCount').textContent = pixels ? t`${pixels.toLocaleString(language())} pixels are in the region.` : t`Nothing is in the region.`;
	part('#saveRegion').disabled = part('#saveMask').disabled = !pixels;
	part('#undo').disabled = part('#clear').disabled = !strokes.length;
}

/**
 * @param {Viewer} viewer
 * @param {Drawing} drawing
 * @param {typeof toCsv | typeof toMask} write
 * @param {string} name
 */
async function save(viewer, { strokes, step }, write, name) {
	const { info, size } = viewer.scene;
	const saved = saveFile(await write(strokes, size, step), `${info.title} ${name}`);
	viewer.say(t`The region was saved as ${saved}.`);
}

/**
 * @param {Viewer} viewer
 * @param {Drawing} drawing
 */
async function load(viewer, drawing) {
	const [file] = await pickFiles({ accept: '.csv,text/csv,image/png,image/webp,image/jpeg' });
	try {
		const stroke = await fromFile(file, viewer.scene.size);
		drawing.strokes = [...drawing.strokes, stroke];
	} catch (error) {
		viewer.say(error.message, true);
	}
}
