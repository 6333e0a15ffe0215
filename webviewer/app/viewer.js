// The viewer: one canvas, the images on the GPU, and what of them is shown.

import { AdaptiveScale } from './adaptive.js';
import { openFolder, setPatience } from './files.js';
import { createContext, readRenderer } from './gl.js';
import { loadInfo } from './renderer/image/relightable.js';
import { Loader } from './loader.js';
import { FrameLoop } from './loop.js';
import { Memory } from './memory.js';
import { Painter } from './painter.js';
import { PresentPass } from './present.js';
import { openScene } from './scene.js';
import { clampLight, initialState, readChanges } from './state.js';
import { View } from './view.js';

const GROUND = [22 / 255, 22 / 255, 23 / 255];  // the page's background, see style.css
const REST = 120;  // milliseconds without movement until full resolution returns
const BLINK = 700;  // milliseconds
const ORBIT_SECONDS = 8;
const ORBIT_RADIUS = 0.7;
const VIEW_KEYS = ['zoom', 'center', 'rotation', 'ruler'];
export const STILL = matchMedia('(prefers-reduced-motion: reduce)');

// Events: 'state' (something of state() but the light changed), 'light' (it moves), 'scene' (another
// image is shown), 'frame' (detail: the finished frame), 'status' (what is loading), 'message'
// (detail: { text, problem, action: { label, run } or undefined }; text '' takes it away), 'starved' (a
// picture is wanted while the context is given back), 'returned' (it is here again).
export class Viewer extends EventTarget {
	view = new View();
	adaptive = new AdaptiveScale();
	painter = new Painter(this);
	settings = { ...initialState(), image: [] };
	loader = new Loader();
	life = new AbortController();
	infos = new Map();  // image's address -> promise
	opening = new Map();  // scene key -> promise of the scene
	moving = null;  // 'light' or 'view' while one is moved
	drive = null;  // frame number -> light, while frames are measured
	driven = 0;
	flipped = false;  // the second image of two that blink
	waiting = [];  // those who wait for a complete picture
	counts = { frames: 0, tiles: 0, pixels: 0, firstPicture: null };
	share = 1;  // of the settings' memory
	away = null;  // while the context is given back: a promise and its resolve
	outdated = false;  // the message said last tells of what is over with the next image
	again = { label: 'Try again', run: () => this.retry() };

	constructor(canvas) {
		super();
		this.canvas = canvas;
		this.gl = createContext(canvas);
		this.losing = this.gl.getExtension('WEBGL_lose_context');
		this.loop = new FrameLoop(this.gl, () => this.#draw(), frame => this.#finished(frame));
		this.loader.addEventListener('change', () => this.#tellFailures());
		this.#begin();
		const { signal } = this.life;
		canvas.addEventListener('webglcontextlost', event => this.#lost(event), { signal });
		canvas.addEventListener('webglcontextrestored', () => this.#restored(), { signal });
	}

	state() {
		return { ...this.settings, ...this.view.asked };
	}

	// Changes in an address's spelling; resolves when their picture is complete.
	async setState(changes) {
		const { image, ...others } = changes;
		const read = readChanges(others);
		Object.assign(this.settings, read, image && { image: [image].flat() });
		this.setShare(this.share);
		setPatience(this.settings.patience);
		this.moving = null;
		clearTimeout(this.resting);
		this.#blink();
		this.#emit('state');
		if (!await this.#showScenes()) return this.whenComplete();  // overtaken
		for (const key of VIEW_KEYS) if (key in read) this.view.asked[key] = read[key];
		this.#emit('state');
		return this.whenComplete();
	}

	moveLight(light) {
		this.settings.light = clampLight(light);
		if (this.settings.orbit) this.#emit('state', this.settings.orbit = false);
		this.moved('light');
	}

	moved(what = 'view') {
		this.moving = what;
		clearTimeout(this.resting);
		this.resting = setTimeout(() => {
			this.moving = null;
			this.loop.request();
		}, REST);
		this.#emit(what === 'light' ? 'light' : 'state');
		this.loop.request();
	}

	flip() {
		this.flipped = !this.flipped;
		this.#emit('state');
		this.loop.request();
	}

	// Device pixels; margin: 1 leaves some room around a fitted image, 0 none.
	resize(width, height, margin) {
		Object.assign(this.view, { canvas: [width, height], margin });
		this.#emit('state');
		this.loop.request();
	}

	// Resolves when all of the picture is shown as finely as it can be.
	whenComplete() {
		return new Promise((resolve, reject) => {
			this.waiting.push({ resolve, reject });
			this.loop.request();
		});
	}

	info() {
		const { gl, scene, settings: { shader, tiling, adaptive } } = this;
		const { url: image, label, units, parameters, latents, width, height } = scene?.info ?? {};
		return { ...readRenderer(gl), image, label, units, parameters, latents, width, height, shader, tiling, adaptive };
	}

	// Tiles wanted and failed, bytes of GPU memory, frames per second while something moves, and the
	// decoding scale, 1 where no pixel is left out.
	status() {
		const { loader, opening, memory: { bytes, most, budget }, moving, latest } = this;
		return {
			loading: loader.busy + opening.size, failed: this.failures.length, bytes, mostBytes: most, budget,
			tiles: latest?.tiles ?? 0, scale: latest?.scale ?? 1,
			rate: moving && latest?.interval ? 1000 / latest.interval : null,
		};
	}

	// Whether a scene is on the GPU as before.
	holds(scene) {
		return this.kept.get(scene.key) === scene && !this.gl.isContextLost();
	}

	// Of the images shown.
	get failures() {
		const shown = key => this.scenes.some(scene => key.startsWith(`${scene.key} `));
		return [...this.loader.failures].filter(([key]) => shown(key)).map(([, error]) => error);
	}

	get scene() {
		return this.scenes[0];
	}

	get other() {
		return this.scenes[1];
	}

	loadInfo(url) {
		const { infos } = this;
		if (!infos.has(url)) {
			infos.set(url, loadInfo(openFolder(url)).catch(error => {
				infos.delete(url);
				throw error;
			}));
		}
		return infos.get(url);
	}

	// Brings the tiles that plans miss, the coarsest of all first.
	fetch(plans) {
		this.loader.want(plans.filter(({ scene }) => scene.load).flatMap(({ scene, missing }) => {
			const overview = scene.pyramid.tile(scene.pyramid.overview, 0, 0);
			const first = scene.tiles.has(overview.key) ? [] : [overview];
			return [...first, ...missing].map(place => scene.job(place, () => this.loop.request()));
		}));
	}

	failed(scene, { key }) {
		return this.loader.failures.has(`${scene.key} ${key}`);
	}

	// What failed: tiles, or the images themselves.
	retry() {
		this.loader.retry();
		return this.setState({}).catch(() => {});
	}

	// The whole picture at full resolution, as PNG. Calls progress(0..1).
	async snapshot(progress = () => {}) {
		const { scene, settings: { light } } = this;  // of now, whatever comes meanwhile
		const { takeSnapshot } = await import('./snapshot.js');
		return takeSnapshot(this, scene, light, progress);
	}

	compose(plans) {
		const { present, gl, settings: { compare, split, gain }, view: { upright } } = this;
		const smooth = !this.moving || !this.painter.direct;
		const draw = ({ tiles, transform }, options) => present.draw(tiles, { transform, upright }, { smooth, ...options });
		const [first, second] = plans;
		if (second && compare === 'difference') {
			plans.forEach((plan, i) => {
				const target = present.picture(i);
				present.clear(target);
				draw(plan, { target });
			});
			present.drawDifference(gain);
			return;
		}
		present.clear();
		if (second && compare === 'split') {
			const { width } = gl.canvas;
			const middle = Math.round(split * width);
			draw(first, { part: [0, middle] });
			draw(second, { part: [middle, width - middle] });
		} else {
			draw(second && this.flipped ? second : first);
		}
	}

	// problem: whether something went wrong; action: what can be done.
	say(text, problem = false, action) {
		this.#emit('message', { text, problem, action });
	}

	setShare(share) {
		this.share = share;
		this.memory.budget = share * this.settings.memory * 2 ** 20;
	}

	get canGiveBack() {
		return Boolean(this.losing && !this.away && !this.gl.isContextLost());
	}

	get atRest() {
		return !this.moving && !this.settings.orbit && !this.drive && Boolean(this.latest?.complete);
	}

	// Draws at once; returns whether something is seen.
	drawNow() {
		return Boolean(this.#draw()?.shown);
	}

	// Gives the context back, until takeBack().
	giveBack() {
		const { canvas, losing, loader, life: { signal } } = this;
		this.away = Promise.withResolvers();
		// It cannot be restored before all have heard of its loss.
		this.gone = new Promise(resolve => canvas.addEventListener('webglcontextlost', () => setTimeout(resolve), { once: true, signal }));
		loader.stop();
		losing.loseContext();
	}

	async takeBack() {
		await this.gone;
		this.losing.restoreContext();
	}

	dispose() {
		this.life.abort();
		clearInterval(this.blinking);
		this.loop.paused = true;
		this.loader.stop();
		if (!this.gl.isContextLost()) this.losing?.loseContext();
	}

	#begin() {
		this.memory = new Memory(0);
		this.setShare(this.share);
		this.present = new PresentPass(this.gl, this.memory, GROUND);
		this.opening.clear();
		this.kept = new Map();  // scene key -> scene, least recently shown first
		this.scenes = [];  // those shown
	}

	#blink() {
		clearInterval(this.blinking);
		this.flipped = false;
		const { compare, image } = this.settings;
		if (compare === 'blink' && image.length > 1 && !STILL.matches) this.blinking = setInterval(() => this.flip(), BLINK);
	}

	async #showScenes() {
		const { image, show, tiling, compare } = this.settings;
		if (!image.length) {
			throw this.#fail('No image was given: open one, drop one here, or add ?image=FOLDER to the address of this page.');
		}
		if (image[show] === undefined) {
			throw this.#fail(`There is no image number ${show}, of ${image.length} counted from 0: correct show= in the address.`,
				{ label: 'Show the first', run: () => this.setState({ show: 0 }).catch(() => {}) });
		}
		const numbers = compare === 'off' || image.length < 2 ? [show] : [show, this.second];
		const keys = numbers.map(number => JSON.stringify([image[number], tiling]));
		const wanted = this.wantedKeys = keys.join();
		try {
			const scenes = await Promise.all(keys.map((key, i) => this.#openScene(key, image[numbers[i]])));
			if (this.wantedKeys !== wanted) return false;
			this.#useScenes(scenes);
			return true;
		} catch (error) {
			if (this.wantedKeys === wanted) throw this.#fail(error.message, this.again);
			return false;
		}
	}

	// To compare with: the one asked for, or the next.
	get second() {
		const { image, show, with: asked } = this.settings;
		return Number.isInteger(asked) && asked !== show && image[asked] ? asked : (show + 1) % image.length;
	}

	#openScene(key, url) {
		if (this.away) {
			this.loop.request();
			return this.away.promise.then(() => this.#openScene(key, url));
		}
		if (!this.kept.has(key) && !this.opening.has(key)) {
			const { kept } = this;
			const opening = this.#createScene(key, url)
				.then(scene => kept === this.kept ? kept.set(key, scene) && scene : this.#openScene(key, url))
				.finally(() => this.opening.get(key) === opening && this.opening.delete(key));
			this.opening.set(key, opening);
		}
		return this.kept.get(key) ?? this.opening.get(key);
	}

	async #createScene(key, url) {
		this.outdated = true;
		this.say('Opening the image …');
		const info = await this.loadInfo(url);
		return openScene(this, key, info, this.settings, share => this.say(`Opening the image … ${Math.round(share * 100)} %`));
	}

	#useScenes(scenes) {
		const changed = scenes[0] !== this.scene || scenes[1] !== this.other;
		if (scenes[0] !== this.scene) this.view.setImage(scenes[0].size);
		this.scenes = scenes;
		for (const scene of scenes) {
			this.kept.delete(scene.key);
			this.kept.set(scene.key, scene);
		}
		for (const [key, scene] of this.kept) {
			if (this.memory.bytes <= this.memory.budget) break;
			if (scenes.includes(scene)) continue;
			this.kept.delete(key);
			scene.dispose();
		}
		const notice = scenes.map(scene => scene.notice).find(Boolean);
		if (notice || this.outdated) this.say(notice ?? '');
		this.outdated = false;
		this.#tellFailures();
		if (changed) this.#emit('scene');
		this.loop.request();
	}

	#draw() {
		const { scenes, settings, gl } = this;
		if (this.away) this.#emit('starved');
		if (gl.isContextLost()) return null;
		if (!scenes.length) {
			this.present.clear();
			return null;
		}
		this.#moveByItself();
		try {
			const work = this.painter.paint(scenes);
			this.counts.frames++;
			if (settings.orbit || this.drive) this.loop.wanted = true;
			return work;
		} catch (error) {
			this.#fail(error.message);
			return null;
		}
	}

	#moveByItself() {
		const { settings } = this;
		if (!this.drive && !settings.orbit) return;
		const angle = performance.now() / 1000 / ORBIT_SECONDS * 2 * Math.PI;
		settings.light = this.drive?.(this.driven++) ?? [Math.cos(angle), Math.sin(angle)].map(at => at * ORBIT_RADIUS);
		this.moving = 'light';
		clearTimeout(this.resting);
		this.#emit('light');
	}

	#finished(frame) {
		this.painter.learn(frame);
		this.latest = frame;
		if (frame.shown) this.counts.firstPicture ??= performance.now();
		this.#emit('frame', frame);
		if (!frame.complete && !(this.settings.orbit || this.drive)) return;
		this.waiting.splice(0).forEach(({ resolve }) => resolve());
	}

	#tellFailures() {
		const { failures, loader: { troubles: [trouble] } } = this;
		this.#emit('status');
		if (failures.length) {
			this.say(`Parts of the picture could not be loaded and are shown coarsely (${failures.length}). `
				+ failures[0].message, true, this.again);
			this.loop.request();
		} else if (trouble) {
			this.say(`${trouble.message} It is being tried again …`);
		} else if (this.troubled) {
			this.say('');
		}
		this.troubled = Boolean(failures.length || trouble);
	}

	// Tells the user and those who wait; returns the error.
	#fail(sentence, action) {
		const error = new Error(sentence);
		this.outdated = true;  // once an image is shown
		this.say(sentence, true, action);
		this.waiting.splice(0).forEach(({ reject }) => reject(error));
		return error;
	}

	#lost(event) {
		event.preventDefault();
		this.loader.stop();
		this.opening.clear();
		this.kept = new Map();
		if (this.away) return;
		this.scenes = [];
		this.outdated = true;
		this.say('The graphics card was taken away from this page; waiting for it to return …', true);
	}

	async #restored() {
		this.#begin();
		this.away?.resolve();
		this.away = null;
		this.#emit('returned');
		await this.#showScenes().catch(() => {});
		this.loop.request();
	}

	#emit(type, detail) {
		this.dispatchEvent(new CustomEvent(type, { detail }));
	}
}
