// What is seen, as a picture: the view with what is compared, its ruler and scale bar, and a caption below.

import { t } from '../words/words.js';
import { MODE_NAMES } from './modes.js';
import { MODE_NUMBERS } from './numbers.js';
import { devicePixels, inDegrees } from './points.js';
import { saveFile } from './save.js';

const FONT = '14px system-ui, sans-serif';
const LINE = 22;  // CSS pixels
const TEXT = '#e2e0db';  // the page's colours, see style.css
const GROUND = '#161617';
const ACCENT = '#f0cd8c';

/** @param {Viewer} viewer */
export async function saveSeen(viewer, parts) {
	await viewer.whenComplete();
	const { canvas, scene: { info: { title } }, store: { state: { canvas: [width, height] } } } = viewer;
	const unit = devicePixels(viewer);
	const lines = captionOf(viewer, parts);
	const sheet = new OffscreenCanvas(width, height + Math.ceil((lines.length + 1) * LINE * unit));
	const context = /** @type {OffscreenCanvasRenderingContext2D} */ (sheet.getContext('2d'));
	context.fillStyle = GROUND;
	context.fillRect(0, 0, sheet.width, sheet.height);
	viewer.drawNow();
	context.drawImage(canvas, 0, 0, width, height);
	context.scale(unit, unit);
	context.font = FONT;
	context.textBaseline = 'middle';
	drawOver(context, canvas.getBoundingClientRect(), parts);
	lines.forEach((line, i) => write(context, line, 16, height / unit + (i + 1) * LINE, width / unit - 32));
	return saveFile(await sheet.convertToBlob(), `${title} view.png`);
}

// Title and credit; the mode and the light; what was done to the picture.
/** @param {Viewer} viewer */
function captionOf({ view, scene: { info: { title, label, facts, decoder } }, store: { state } }, { left, right }) {
	const place = direction => inDegrees(view.directionToScreen(direction));
	const [azimuth, elevation] = place(state.light);
	const [turn, height] = place(state.camera);
	const modes = left.hidden ? t(MODE_NAMES[state.mode]) : [left, right].map(({ textContent }) => textContent).join(' | ');
	const numbers = ['exposure', 'gamma', 'saturation', ...MODE_NUMBERS[state.mode] ?? [],
		...['red', 'green', 'blue'].filter(key => state[key] !== 1), ...state.second ? ['second', 'azimuth2', 'elevation2'] : []]
		.map(key => `${key} ${state[key]}`);
	return [
		[title, facts.number, facts.credit, facts.licence, label],
		[modes, t`light from ${azimuth}°, ${elevation}° above the surface`,
			decoder.hasViews && t`camera from ${turn}°, ${height}° above the surface`, ...numbers],
	].map(texts => texts.filter(Boolean).join(' · '));
}

// What stands on the picture, where the page has it.
function drawOver(context, { left: x0, top: y0, height }, { left, right, handle, ruler, length, scalebar }) {
	const middle = element => {
		const box = element.getBoundingClientRect();
		return [box.left + box.width / 2 - x0, box.top + box.height / 2 - y0];
	};
	context.lineWidth = 2;
	const draw = (colour, ...points) => {
		context.strokeStyle = colour;
		context.beginPath();
		points.forEach(([x, y]) => context.lineTo(x, y));
		context.stroke();
	};
	if (!handle.hidden) draw(TEXT, [middle(handle)[0], 0], [middle(handle)[0], height]);
	if (!ruler.hidden) draw(ACCENT, ...[...ruler.querySelectorAll('.end')].map(middle));
	for (const note of [left, right, length, scalebar].filter(each => each.checkVisibility())) {
		const box = note.getBoundingClientRect();
		const [x, y] = [box.left - x0, box.top - y0];
		context.fillStyle = GROUND;
		context.fillRect(x, y, box.width, box.height);
		if (note === scalebar) {
			draw(TEXT, ...[[0, 0], [0, 1], [1, 1], [1, 0]].map(([a, b]) => [x + a * box.width, y + b * box.height]));
		}
		write(context, note.textContent, x + 9, middle(note)[1], box.width - 18);
	}
}

function write(context, text, x, y, most) {
	context.fillStyle = TEXT;
	context.fillText(text, x, y, most);
}
