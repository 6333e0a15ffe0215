// What the viewer shows, as a plain object and as the page's address: the same keys in both.

const number = { parse: text => finite(text), format: value => String(+value.toPrecision(7)) };
const numbersOf = count => ({
    parse: text => {
        const values = text.split(',').map(finite);
        return values.length === count && !values.includes(undefined) ? values : undefined;
    },
    format: values => values.map(value => +value.toFixed(4)).join(','),
});
const pair = numbersOf(2);
const onOff = {
    parse: text => ({ on: true, true: true, off: false, false: false })[text],
    format: value => value ? 'on' : 'off',
};
const choice = (...names) => ({ parse: text => names.find(name => name === text), format: text => text });

// light: x, y in the unit disc, y up; zoom: device pixels per image pixel, null to fit;
// center: image pixels, null for the middle; rotation: degrees clockwise; target: frames per second;
// with: the number of the image to compare with; split: share of the width; gain: of the map of
// differences; ruler: image pixels x0, y0, x1, y1; memory: MB of the GPU; patience: seconds.
const KEYS = {
    show: { initial: 0, ...number },
    light: { initial: [0.35, 0.45], ...pair },
    tiling: { initial: true, ...onOff },
    adaptive: { initial: true, ...onOff },
    target: { initial: 30, ...number },
    zoom: { initial: null, ...number },
    center: { initial: null, ...pair },
    rotation: { initial: 0, ...number },
    compare: { initial: 'off', ...choice('off', 'split', 'blink', 'difference') },
    with: { initial: null, ...number },
    split: { initial: 0.5, ...number },
    gain: { initial: 8, ...number },
    ruler: { initial: null, ...numbersOf(4) },
    memory: { initial: 512, ...number },
    patience: { initial: 10, ...number },
    shader: { initial: 'baked', parse: text => text, format: text => text },
    orbit: { initial: false, ...onOff },
    ui: { initial: true, ...onOff },
};

// What an address asks for, as changes in its own spelling; what no setting is named is left out.
export function readAddress(search) {
    const parameters = new URLSearchParams(search);
    const changes = Object.keys(KEYS).filter(key => parameters.has(key)).map(key => [key, parameters.get(key)]);
    return { ...Object.fromEntries(changes), image: parameters.getAll('image') };
}

export function initialState() {
    return Object.fromEntries(Object.entries(KEYS).map(([key, { initial }]) => [key, initial]));
}

// Changes in any spelling that the address knows: { tiling: 'off', light: [0, 0.5], zoom: null }.
export function readChanges(changes) {
    return Object.fromEntries(Object.entries(changes).map(([key, value]) => {
        if (!KEYS[key]) throw new Error(`The viewer knows no setting named ${key}.`);
        if (value === null || value === '') return [key, KEYS[key].initial];
        const parsed = KEYS[key].parse(String(value));
        if (parsed === undefined) {
            throw new Error(`The setting ${key}=${value} cannot be read: correct the page's address.`);
        }
        return [key, checked(key, parsed)];
    }));
}

// The address's query for a state; what is as it was at first is left out.
export function writeAddress(state) {
    const parameters = state.image.map(image => `image=${encodeURIComponent(image).replaceAll('%2F', '/')}`);
    for (const [key, { initial, format }] of Object.entries(KEYS)) {
        if (state[key] === null) continue;
        const text = format(state[key]);
        if (initial === null || text !== format(initial)) parameters.push(`${key}=${text}`);
    }
    return `?${parameters.join('&')}`;
}

// Keeps a light inside the unit disc.
export function clampLight([x, y]) {
    const length = Math.hypot(x, y);
    return length > 1 ? [x / length, y / length] : [x, y];
}

function checked(key, value) {
    if (key === 'light') return clampLight(value);
    if (key === 'split') return Math.min(1, Math.max(0, value));
    if (['zoom', 'target', 'gain', 'memory', 'patience'].includes(key) && value <= 0) {
        throw new Error(`The setting ${key} must be greater than zero: correct the page's address.`);
    }
    return value;
}

function finite(text) {
    const value = Number(text);
    return text.trim() !== '' && Number.isFinite(value) ? value : undefined;
}
