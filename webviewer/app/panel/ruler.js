// The scale bar, and the ruler: a distance on the picture between two ends.

import { VIEWED } from '../state/view.js';
import { t } from '../words/words.js';
import { ARROWS, canvasPoint, connectDrag, devicePixels, on, stepByKeys } from './points.js';

const BAR = 130;  // CSS pixels that the scale bar is long at most
// Of so many mm, from that length on.
/** @type {[number, string][]} */
const UNITS = [[10, 'cm'], [1, 'mm'], [0.001, 'µm']];

// Whether the next drag on the picture draws the ruler.
export const isArmed = ({ canvas }) => canvas.classList.contains('armed');

// Lays a ruler over the middle, to be drawn anew by a drag; or takes it away.
/** @param {Viewer} viewer */
export function startRuler(viewer) {
	const { view, store: { state: { ruler, canvas: [width, height] } } } = viewer;
	setRuler(viewer, ruler ? null : [0.35, 0.65].flatMap(share => view.toImage([width * share, height / 2])), !ruler);
	if (!ruler) viewer.say(t`Drag on the picture along what you want to measure.`);
}

/** @param {Viewer} viewer */
export function drawRuler(viewer, start, end) {
	setRuler(viewer, [...viewer.view.toImage(start), ...viewer.view.toImage(end)]);
}

/** @param {Viewer} viewer */
function setRuler(viewer, ruler, armed = false) {
	viewer.canvas.classList.toggle('armed', armed);
	viewer.store.set({ ruler });
}

/** @param {Viewer} viewer */
export function connectRuler(viewer, parts) {
	parts.ruler.querySelectorAll('.end').forEach((end, index) => connectEnd(viewer, end, index));
	const show = () => {
		showScaleBar(viewer, parts.scalebar);
		showRuler(viewer, parts);
	};
	viewer.store.subscribe(`ruler ${VIEWED}`, show);
	on(viewer, 'scene', show);
}

/** @param {Viewer} viewer */
function connectEnd(viewer, end, index) {
	const ends = () => viewer.store.state.ruler ?? [];
	const put = point => setRuler(viewer, ends().toSpliced(2 * index, 2, ...viewer.view.toImage(point)));
	connectDrag(end, place => put(canvasPoint(viewer, place)), true);
	stepByKeys(end, ARROWS, ([right, up], far) => {
		const step = (far ? 10 : 1) * devicePixels(viewer);
		const [x, y] = viewer.view.toCanvas(ends().slice(2 * index));
		put([x + right * step, y - up * step]);
	});
}

/** @param {Viewer} viewer */
function showRuler(viewer, parts) {
	const { view, store: { state: { ruler } }, scene } = viewer;
	const { ruler: box, line, length } = parts;
	box.hidden = !ruler || !scene;
	if (!ruler || !scene) return;
	const places = [ruler.slice(0, 2), ruler.slice(2)].map(
		end => view.toCanvas(end).map(length => length / devicePixels(viewer)));
	const [[x, y], [x1, y1]] = places;
	const [dx, dy] = [x1 - x, y1 - y];
	box.querySelectorAll('.end').forEach((end, index) => place(end, places[index]));
	place(line, [x, y]);
	line.style.width = `${Math.hypot(dx, dy)}px`;
	line.style.rotate = `${Math.atan2(dy, dx)}rad`;
	place(length, [x + dx / 2, y + dy / 2]);
	setText(length, describePixels(scene.info, ruler));
}

// A length between two places of an image, in its pixels or, where their size is known, in mm.
/** @type {(info: { pixelSize: number | null }, ends: number[]) => string} */
export const describePixels = ({ pixelSize }, [x, y, x1, y1]) => {
	const pixels = Math.hypot(x1 - x, y1 - y);
	return pixelSize ? describeLength(pixels * pixelSize, 3) : t`${pixels.toFixed(1)} pixels`;
};

// The longest of 1, 2, 5, 10, ... that the bar's room holds.
/** @param {Viewer} viewer */
function showScaleBar(viewer, bar) {
	const pixelSize = viewer.scene?.info.pixelSize;
	bar.hidden = !pixelSize || viewer.view.tilted;  // not of one scale then
	if (bar.hidden) return;
	const perMillimetre = viewer.view.zoom / pixelSize / devicePixels(viewer);  // CSS pixels
	const room = BAR / perMillimetre;
	const power = 10 ** Math.floor(Math.log10(room));
	const length = power * (room >= 5 * power ? 5 : room >= 2 * power ? 2 : 1);
	const text = describeLength(length, 1);
	bar.style.width = `${length * perMillimetre}px`;
	bar.ariaLabel = t`Scale bar: ${text}`;
	setText(bar, text);
}

function describeLength(millimetres, digits) {
	const [size, unit] = UNITS.find(([from]) => millimetres >= from) ?? UNITS[UNITS.length - 1];
	const value = millimetres / size;
	return `${value >= 10 ** digits ? Math.round(value) : +value.toPrecision(digits)} ${unit}`;
}

/** @type {(element: HTMLElement, at: number[]) => void} */
const place = (element, [x, y]) => {
	element.style.translate = `${x}px ${y}px`;
};

// A text that is announced, or often set, is only touched when it changes.
function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}
