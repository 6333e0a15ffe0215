// The notes on an image, a page of W3C Web Annotations, as FORMAT.md has it. What they say is text, never markup.

import { check } from '../../shaders/errors.js';
import { checkValues, isObject } from './checks.js';

export const NOTES = 'annotations.json';
export const LONGEST_TEXT = 10000;  // characters
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

/**
 * kind: 'bookmark', 'point', 'rectangle', 'outline' or 'line'; points are image pixels, settings an address's;
 * version is '' where it was never written; item is the annotation that it was read from.
 *
 * @typedef {{ id: string, kind: string, text: string, points?: number[][], settings?: string, version?: string,
 *     item?: any }} Note
 */

// The page of a text; throws where it is none.
export function parsePage(text) {
	const page = JSON.parse(text);
	checkValues(page);
	check(isObject(page) && Array.isArray(page.items) && page.items.every(isObject), 'it is no page of annotations');
	return page;
}

// The notes of a page that can be shown.
/** @returns {Note[]} */
export const readNotes = ({ items }) => items.map(readNote).filter(Boolean);

function readNote(item) {
	const { id, modified, body, target } = item;
	const { selector, state } = [target].flat()[0] ?? {};
	const place = typeof state?.value === 'string' ? { kind: 'bookmark', settings: state.value }
		: [selector].flat().map(readSelector).find(Boolean);
	const said = [body].flat().map(part => part?.value).find(value => typeof value === 'string');
	return place && { ...place, id, item, version: String(modified ?? ''), text: said ?? '' };
}

function readSelector(selector) {
	const { type, value, x, y } = selector ?? {};
	const numbers = String(value).match(type === 'SvgSelector' ? /points="([^"<]*)"/ : /^xywh=(?:pixel:)?(.*)$/)?.[1]
		?.split(/[\s,]+/).map(Number) ?? [x, y];
	if (numbers.length < 2 || numbers.length % 2 || !numbers.every(Number.isFinite)) return null;
	if (type === 'PointSelector') return { kind: 'point', points: [numbers] };
	if (type === 'FragmentSelector' && numbers.length === 4) {
		const [left, top, width, height] = numbers;
		return { kind: 'rectangle', points: CORNERS.map(([a, b]) => [left + a * width, top + b * height]) };
	}
	const points = Array.from({ length: numbers.length / 2 }, (_, i) => numbers.slice(2 * i, 2 * i + 2));
	return type === 'SvgSelector' ? { kind: points.length === 2 ? 'line' : 'outline', points } : null;
}

// A note as an annotation; what other programs have put into it stays.
/** @param {Note} note */
export const writeNote = ({ id, kind, text, points = [], settings, item = {} }) => ({
	...item,
	id,
	type: 'Annotation',
	motivation: kind === 'bookmark' ? 'bookmarking' : 'commenting',
	body: { type: 'TextualBody', value: text, format: 'text/plain' },
	target: item.target ?? {
		source: 'info.json',
		...settings === undefined ? { selector: writeSelector(kind, points) } : { state: { type: 'State', value: settings } },
	},
});

function writeSelector(kind, points) {
	if (kind === 'point') return { type: 'PointSelector', x: points[0][0], y: points[0][1] };
	if (kind === 'outline' || kind === 'line') {
		const shape = kind === 'line' ? 'polyline' : 'polygon';
		const value = `<svg xmlns="http://www.w3.org/2000/svg"><${shape} points="${points.join(' ')}"/></svg>`;
		return { type: 'SvgSelector', value };
	}
	const [[left, right], [top, bottom]] = bounds(points).map(range => range.map(Math.round));
	const value = `xywh=pixel:${[left, top, Math.max(1, right - left), Math.max(1, bottom - top)]}`;
	return { type: 'FragmentSelector', conformsTo: 'http://www.w3.org/TR/media-frags/', value };
}

// [[least x, largest], [least y, largest]]
export const bounds = points => [0, 1].map(
	axis => [Math.min, Math.max].map(end => end(...points.map(point => point[axis]))));
