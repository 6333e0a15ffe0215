// What the viewer shows, as a plain object and as the page's address: the same keys in both.

const numbersOf = count => text => {
	const values = text.split(',').map(finite);
	return values.length === count && !values.includes(undefined) ? values : undefined;
};
const pair = numbersOf(2);
const onOff = text => ({ on: true, true: true, off: false, false: false })[text];
const choice = (...names) => text => names.find(name => name === text);
const write = value => ({ true: 'on', false: 'off' })[value] ?? String(value);

// Initial values. light: x, y in the unit disc, y up; zoom: device pixels per image pixel, null to
// fit; center: image pixels, null for the middle; rotation: degrees clockwise; target: frames per
// second; with: the number of the image to compare with; split: share of the width; gain: of the map
// of differences; ruler: image pixels x0, y0, x1, y1; memory: MB of the GPU; patience: seconds.
const KEYS = {
	show: [0, finite],
	light: [[0.35, 0.45], pair],
	tiling: [true, onOff],
	adaptive: [true, onOff],
	target: [30, finite],
	zoom: [null, finite],
	center: [null, pair],
	rotation: [0, finite],
	compare: ['off', choice('off', 'split', 'blink', 'difference')],
	with: [null, finite],
	split: [0.5, finite],
	gain: [8, finite],
	ruler: [null, numbersOf(4)],
	memory: [512, finite],
	patience: [10, finite],
	shader: ['baked', String],
	orbit: [false, onOff],
	ui: [true, onOff],
};

// What an address asks for, in its own spelling.
export function readAddress(search) {
	const parameters = new URLSearchParams(search);
	const changes = Object.fromEntries([...parameters].filter(([key]) => Object.hasOwn(KEYS, key)));
	return { ...changes, image: parameters.getAll('image') };
}

export const initialState = () => Object.fromEntries(Object.entries(KEYS).map(([key, [initial]]) => [key, initial]));

// In any spelling that the address knows: { tiling: 'off', light: [0, 0.5], zoom: null }.
export function readChanges(changes) {
	return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined).map(([key, value]) => {
		if (!KEYS[key]) throw new Error(`The viewer knows no setting named ${key}.`);
		const [initial, parse] = KEYS[key];
		if (value === null || value === '') return [key, initial];
		const parsed = parse(String(value));
		if (parsed === undefined) throw new Error(`The setting ${key}=${value} cannot be read: correct the page's address.`);
		return [key, checked(key, parsed)];
	}));
}

// What is as it was at first is left out.
export function writeAddress(state) {
	const parameters = state.image.map(image => `image=${encodeURIComponent(image).replaceAll('%2F', '/')}`);
	for (const [key, [initial]] of Object.entries(KEYS)) {
		const text = write(state[key]);
		if (text !== write(initial)) parameters.push(`${key}=${text}`);
	}
	return `?${parameters.join('&')}`;
}

export function clampLight([x, y]) {
	const length = Math.hypot(x, y);
	return length > 1 ? [x / length, y / length] : [x, y];
}

function checked(key, value) {
	if (key === 'light') return clampLight(value);
	if (key === 'split') return Math.min(1, Math.max(0, value));
	if (value > 0 || !['zoom', 'target', 'gain', 'memory', 'patience'].includes(key)) return value;
	throw new Error(`The setting ${key} must be greater than zero: correct the page's address.`);
}

function finite(text) {
	const value = Number(text);
	return text.trim() !== '' && Number.isFinite(value) ? value : undefined;
}
