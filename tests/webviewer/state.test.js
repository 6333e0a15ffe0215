// The viewer's state: one store, its address, and the view that it describes.

import assert from 'node:assert/strict';
import test from 'node:test';

import { readAddress, readChanges, writeAddress } from '../../webviewer/app/state/settings.js';
import { Store } from '../../webviewer/app/state/store.js';
import { View } from '../../webviewer/app/state/view.js';

const close = (found, expected) => found.forEach(
	(value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-3, `${found} is not ${expected}`));

function storeOf(changes) {
	const store = new Store();
	store.set({ canvas: [800, 600], size: [4000, 3000], ...changes });
	return store;
}

test('a listener hears of the keys that it names, when they are others', () => {
	const store = new Store();
	const heard = [];
	store.subscribe('light gain', ({ light, gain }, changed) => heard.push([light, gain, [...changed]]));
	const { gain } = store.state;
	store.set({ zoom: 2 });
	store.set({ gain });
	store.set({ light: [0, 0.5], zoom: 3 });
	assert.deepEqual(heard, [[[0, 0.5], gain, ['light', 'zoom']]]);
});

test('a listener may set what follows from what it hears', () => {
	const store = new Store();
	store.subscribe('compare', () => store.set({ flipped: false }));
	store.set({ flipped: true });
	store.set({ compare: 'blink' });
	assert.equal(store.state.flipped, false);
	assert.equal(store.state.compare, 'blink');
});

test('nothing but set() changes a state, and one that was taken stays', () => {
	const store = new Store();
	const taken = store.state;
	assert.throws(() => { /** @type {any} */ (taken).zoom = 2; }, TypeError);
	store.set({ zoom: 2 });
	assert.equal(taken.zoom, null);
});

test('two stores share nothing', () => {
	const [one, other] = [new Store(), new Store()];
	one.set({ patience: 1, image: ['coin/'] });
	assert.equal(other.state.patience, 10);
	assert.deepEqual(other.state.image, []);
});

test('an address brings back the state that it was written from', () => {
	const changes = { image: ['a b/', 'http://x/ü?/'], light: [0.25, -0.5], zoom: 1.5, center: [10, 20], tiling: false, with: 1, ruler: [1, 2, 3, 4] };
	const store = storeOf(changes);
	const { image, ...others } = readAddress(writeAddress(store.state));
	const read = { image, ...readChanges(others) };
	assert.deepEqual(read, changes);
});

test('a picture stays under the pointer that zooms it', () => {
	for (const rotation of [0, 30, 90, 215]) {
		const store = storeOf({ rotation, zoom: 1, center: [1800, 1400] });
		const point = [620, 210];
		const under = new View(store.state).toImage(point);
		store.set(new View(store.state).zoomAbout(point, 1.7));
		assert.equal(store.state.zoom, 1.7);
		close(new View(store.state).toCanvas(under), point);
	}
});

test('a tilted plane is shorter along the camera, by its height, and as long across', () => {
	const seen = { camera: [0.48, 0.36], hasViews: true, zoom: 2, center: [1000, 700], rotation: 40 };  // 0.8 high
	const [flat, tilted] = [false, true].map(tilt => new View(storeOf({ ...seen, tilt }).state));
	const length = (view, [x, y]) => {
		const [from, to] = [[1000, 700], [1000 + x, 700 + y]].map(point => view.toCanvas(point));
		return Math.hypot(to[0] - from[0], to[1] - from[1]);
	};
	close([length(tilted, [80, -60]), length(flat, [80, -60])], [160, 200]);  // y down in the image
	close([length(tilted, [60, 80]), length(flat, [60, 80])], [200, 200]);
	close(tilted.toCanvas([1000, 700]), [400, 300]);
	close(tilted.toCanvas(tilted.toImage([123, 456])), [123, 456]);
	const { zoom, center } = tilted.zoomAbout([620, 210], 3);
	const closer = new View(storeOf({ ...seen, tilt: true, zoom, center }).state);
	close(closer.toCanvas(tilted.toImage([620, 210])), [620, 210]);
	const straight = new View(storeOf({ ...seen, tilt: true, hasViews: false }).state);
	close(straight.transform, flat.transform);
});

test('another size of the image shows the same part of it', () => {
	const store = storeOf({ zoom: 0.5, center: [1000, 600], ruler: [0, 0, 4000, 3000] });
	const before = new View(store.state);
	const [left, bottom] = [before.toCanvas([400, 300]), before.toCanvas([4000, 3000])];
	store.set(before.onto([1000, 750]));
	const after = new View(store.state);
	close(after.toCanvas([100, 75]), left);
	close(after.toCanvas([1000, 750]), bottom);
	assert.deepEqual(store.state.ruler, [0, 0, 1000, 750]);
});

test('what is fitted stays so when it is turned', () => {
	const store = storeOf({});
	store.set(new View(store.state).rotateBy(90));
	const view = new View(store.state);
	assert.equal(store.state.zoom, null);
	assert.ok(Math.abs(view.zoom - Math.min(800 / 3000, 600 / 4000)) < 1e-9);
});
