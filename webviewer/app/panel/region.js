// Regions of interest: the panel with which pixels are chosen that networks are to be trained on. Made when it is
// first asked for.

import { Drawing } from './drawing.js';
import { count, fromCsv, toCsv } from './strokes.js';

const TOOLS = { rectangle: 'Rectangle', lasso: 'Lasso', brush: 'Brush' };
const FIELDS = { x: 'X', y: 'Y', width: 'Width', height: 'Height' };

const tool = ([id, name]) => `<button data-tool="${id}" aria-pressed="false">${name}</button>`;
const field = ([id, name]) => `<label><span>${name}</span><input type="number" id="region-${id}" min="0" step="1"></label>`;

const MARKUP = `
	<button id="closeRegion" aria-label="Close">×</button>
	<p>Draw what matters: <code>raking train --region</code> reads what you save.</p>
	<div class="tools" role="group" aria-label="Draw with">${Object.entries(TOOLS).map(tool).join('')}</div>
	<label id="brushSize" class="number" hidden><span>Brush</span>
		<input type="range" min="1" max="100" value="20" aria-label="Radius of the brush, in pixels of the screen"></label>
	<div class="tools"><button id="erase" aria-pressed="false">Take away</button>
		<button id="undo" title="Undo (Ctrl Z)">Undo</button><button id="clear">Clear</button></div>
	<form><div class="angles">${Object.entries(FIELDS).map(field).join('')}</div>
		<button type="submit">Add this rectangle</button></form>
	<p id="regionCount" role="status"></p>
	<div class="tools"><button id="saveRegion">Save CSV</button><button id="loadRegion">Load CSV</button></div>`;

const panels = new WeakMap();  // viewer -> what opens and closes its panel

/** @param {Viewer} viewer */
export function toggleRegion(viewer, { stage, region }) {
	if (!panels.has(viewer)) panels.set(viewer, createPanel(viewer, stage, region));
	panels.get(viewer)();
}

/** @param {Viewer} viewer */
function createPanel(viewer, stage, button) {
	const panel = document.createElement('section');
	Object.assign(panel, { id: 'regionPanel', ariaLabel: 'Region of interest', innerHTML: MARKUP, hidden: true });
	const part = name => /** @type {any} */ (panel.querySelector(name));
	const drawing = new Drawing(viewer, () => tell(viewer, drawing, part));
	const use = connectTools(drawing, panel, part);
	connectStrokes(viewer, drawing, part);
	const toggle = () => {
		panel.hidden = drawing.layer.hidden = !panel.hidden;
		button.ariaExpanded = String(!panel.hidden);
		if (panel.hidden) use(null);
		(panel.hidden ? viewer.canvas : part('[data-tool]')).focus();
		drawing.show();
	};
	part('#closeRegion').onclick = toggle;
	panel.onkeydown = event => {
		event.stopPropagation();  // keys are the panel's while it has the focus
		if (event.key === 'Escape') toggle();
		if (event.key === 'z' && (event.ctrlKey || event.metaKey)) part('#undo').click();
	};
	stage.querySelector('#still').after(drawing.layer);
	stage.append(panel);
	tell(viewer, drawing, part);
	return toggle;
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
	part('#saveRegion').onclick = () => save(viewer, drawing);
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
function tell({ scene: { size } }, { strokes }, part) {
	const pixels = strokes.length ? count(strokes, size) : 0;
	part('#regionCount').textContent = pixels ? `${pixels.toLocaleString('en')} pixels are in the region.` : 'Nothing is in the region.';
	part('#saveRegion').disabled = !pixels;
	part('#undo').disabled = part('#clear').disabled = !strokes.length;
}

/**
 * @param {Viewer} viewer
 * @param {Drawing} drawing
 */
function save(viewer, { strokes }) {
	const { info, size } = viewer.scene;
	const link = document.createElement('a');
	link.href = URL.createObjectURL(toCsv(strokes, size));
	link.download = `${info.title} region.csv`.replace(/[^\p{L}\p{N}().,-]+/gu, '_');
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60000);
	viewer.say(`The region was saved as ${link.download}.`);
}

/**
 * @param {Viewer} viewer
 * @param {Drawing} drawing
 */
function load(viewer, drawing) {
	const input = Object.assign(document.createElement('input'), { type: 'file', accept: '.csv,text/csv' });
	input.onchange = async () => {
		try {
			const [file] = /** @type {FileList} */ (input.files);
			const stroke = fromCsv(await file.text(), viewer.scene.size, file.name);
			drawing.strokes = [...drawing.strokes, stroke];
		} catch (error) {
			viewer.say(error.message, true);
		}
	};
	input.click();
}
