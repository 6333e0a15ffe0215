// What the viewer shows, as a plain object and as the page's address: the same keys in both.

import { t } from '../words/words.js';
import { MODES, RANGES } from './looks.js';

const LOWEST_CAMERA = 5;  // degrees above the surface, which from the horizon shows nothing
const LARGEST = 1e9;  // of numbers that mean something here
const MOST_TOLD = 3;  // wrong settings at a time
const MARKS = /^(utm_|mc_|fbclid$|gclid$|msclkid$)/;  // that newsletters and social networks put on links

const numbersOf = count => text => {
	const values = text.split(',').map(finite);
	return values.length === count && values.every(value => value !== undefined) ? values : undefined;
};
const pair = numbersOf(2);
const onOff = text => new Map([['on', true], ['true', true], ['off', false], ['false', false]]).get(text);
const choice = (...names) => text => names.find(name => name === text);
const above0 = most => Object.assign(text => {
	const value = finite(text);
	return value !== undefined && value > 0 && value <= most ? value : undefined;
}, { told: () => t`greater than zero, and at most ${most}` });
const within = (least, most) => Object.assign(text => {
	const value = finite(text);
	return value !== undefined && value >= least && value <= most ? value : undefined;
}, { told: () => t`${least} to ${most}` });
const NUMBERS = Object.fromEntries(Object.entries(RANGES).map(
	([key, [least, most, initial]]) => [key, [initial, within(least, most)]]));
const write = value => typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);

// Initial values, and how a text is read: undefined where it cannot be.
const KEYS = {
	show: [0, finite],
	light: [[0.35, 0.45], pair],
	camera: [[0, 0], pair],
	tilt: [false, onOff],
	tiling: [true, onOff],
	adaptive: [true, onOff],
	target: [30, above0(1000)],
	zoom: [null, above0(1e4)],
	center: [null, pair],
	rotation: [0, finite],
	compare: ['off', choice('off', 'split', 'blink', 'difference')],
	with: [null, finite],
	split: [0.5, finite],
	gain: [8, above0(1e4)],
	mode: ['plain', choice(...MODES)],
	versus: [null, choice(...MODES)],
	...NUMBERS,
	ruler: [null, numbersOf(4)],
	memory: [512, above0(1e6)],
	patience: [10, above0(86400)],
	wheel: ['zoom', choice('zoom', 'ctrl')],
	shader: ['baked', String],
	orbit: [false, onOff],
	ui: [true, onOff],
	lang: [null, String],
};

// What an address asks for, in its own spelling.
export function readAddress(search) {
	const parameters = new URLSearchParams(search);
	const changes = Object.fromEntries([...parameters].filter(([key]) => Object.hasOwn(KEYS, key)));
	return { ...changes, image: parameters.getAll('image').filter(image => image.trim()) };
}

// A sentence about names that are no keys, or ''.
export function tellUnknown(names, place) {
	const unknown = [...new Set(names)].filter(name => name !== 'image' && !Object.hasOwn(KEYS, name) && !MARKS.test(name))
		.map(name => JSON.stringify(name.slice(0, 40)));
	if (!unknown.length) return '';
	const shown = unknown.slice(0, 3).join(', ');
	const told = unknown.length > 3 ? t`${shown} and ${unknown.length - 3} more` : shown;
	return t`The viewer knows no ${told}: correct ${place}, it was passed over.`;
}

/** @returns {Settings} */
export const initialSettings = () => /** @type {any} */ (
	{ image: [], ...Object.fromEntries(Object.entries(KEYS).map(([key, [initial]]) => [key, initial])) });

// All but the images: what is an attribute of the element, and a key of the address.
export const SETTINGS = Object.keys(KEYS);

// Those that say what is seen of an image, in its own pixels.
const OF_VIEW = ['zoom', 'center', 'rotation', 'ruler'];

/**
 * The settings of a state.
 *
 * @param {Settings} state
 * @returns {Settings}
 */
export const pickSettings = state => /** @type {any} */ (
	Object.fromEntries(['image', ...SETTINGS].map(key => [key, state[key]])));

// Changes that hold at once, and those of the view, which are of the image that is to be shown.
export function splitView(changes) {
	const part = isOfView => Object.fromEntries(
		Object.entries(changes).filter(([key]) => OF_VIEW.includes(key) === isOfView));
	return { now: part(false), ofView: part(true) };
}

// In any spelling that the address knows: { tiling: 'off', light: [0, 0.5], zoom: null }.
export function readChanges(changes) {
	const given = Object.entries(changes).filter(([, value]) => value !== undefined);
	const problems = given.map(([key, value]) => problemOf(key, value)).filter(Boolean);
	if (problems.length) throw new Error(problems.slice(0, MOST_TOLD).join(' ') + (problems.length > MOST_TOLD ? ' …' : ''));
	return Object.fromEntries(given.map(([key, value]) => {
		const [initial, parse] = KEYS[key];
		return [key, isEmpty(value) ? initial : checked(key, parse(String(value)))];
	}));
}

// A sentence on what is wrong with a setting, or ''.
function problemOf(key, value) {
	if (!Object.hasOwn(KEYS, key)) return t`The viewer knows no setting named ${key.slice(0, 40)}.`;
	return isEmpty(value) || KEYS[key][1](String(value)) !== undefined ? '' : unreadable(key, String(value));
}

const isEmpty = value => value === null || value === '';

// What is as it was at first is left out.
/** @param {Settings} state */
export function writeAddress(state) {
	const parameters = state.image.map(image => `image=${encodeURIComponent(image).replaceAll('%2F', '/')}`);
	for (const [key, [initial]] of Object.entries(KEYS)) {
		const text = write(state[key]);
		if (text !== write(initial)) parameters.push(`${key}=${text}`);
	}
	return `?${parameters.join('&')}`;
}

/**
 * The nearest direction that a light, or a camera, can have.
 *
 * @param {'light' | 'camera'} key
 * @param {number[]} direction
 */
export function clampDirection(key, [x, y]) {
	const radius = key === 'camera' ? Math.cos(LOWEST_CAMERA * Math.PI / 180) : 1;
	const length = Math.hypot(x, y);
	return length > radius ? [x, y].map(at => at * radius / length) : [x, y];
}

function checked(key, value) {
	if (key === 'light' || key === 'camera') return clampDirection(key, value);
	return key === 'split' ? Math.min(1, Math.max(0, value)) : value;
}

function unreadable(key, text) {
	const shown = text.length > 40 ? `${text.slice(0, 40)} …` : text;
	const { told } = KEYS[key][1];
	return told ? t`The setting ${key}=${shown} must be ${told()}: correct the page's address.`
		: t`The setting ${key}=${shown} cannot be read: correct the page's address.`;
}

function finite(text) {
	const value = Number(text);
	return text.trim() !== '' && Math.abs(value) <= LARGEST ? value : undefined;
}
