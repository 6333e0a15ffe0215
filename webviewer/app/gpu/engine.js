// The engine: draw(state, scenes) draws one frame. It knows no page, no loader and no viewer; what it
// learns of itself is how fast this machine is.

import { compose, scaling } from '../state/transform.js';
import { View } from '../state/view.js';
import { AdaptiveScale } from './adaptive.js';
import { makeBaked } from './decode.js';
import { drawDirect, goesDirect } from './direct.js';
import { createContext } from './gl.js';
import { lightTiles } from './light.js';
import { Memory } from './memory.js';
import { planScene } from './plan.js';
import { PresentPass } from './present.js';
import { openScene } from './opening.js';

const GROUND = [22 / 255, 22 / 255, 23 / 255];  // the page's background, see style.css
const BUDGET_SHARE = 0.7;  // of the memory that what is in sight may take
const FRAMES_AT_REST = 3;  // how long the page may decode at a stretch when nothing moves
const ENOUGH = 1.04;  // canvas pixels that a pixel may cover
const LIGHTS = { light: null, moving: null, orbit: null };  // what a state says of where the light is
const EASY = 0.25;  // share of a frame's time that shows a machine fast enough for tiles

export class Engine {
	adaptive = new AdaptiveScale();
	counts = { frames: 0, tiles: 0, pixels: 0 };
	#shaders = new Map([['baked', makeBaked]]);
	#direct = false;  // the light is too slow for tiles: decode straight to the canvas
	#backing = 1;  // canvas pixels per device pixel
	/** @type {{ but: string, light: number[], plans: Plan[], frame: Frame } | null} */
	#still = null;  // what is on the canvas, where that is all of a picture which no light changes

	/** @param {HTMLCanvasElement} canvas */
	constructor(canvas) {
		this.canvas = canvas;
		this.gl = createContext(canvas);
		this.memory = new Memory(0);
		this.present = new PresentPass(this.gl, this.memory, GROUND);
	}

	// With a new context: nothing is on the GPU.
	begin() {
		this.memory = new Memory(this.memory.budget);
		this.present = new PresentPass(this.gl, this.memory, GROUND);
		this.#still = null;
	}

	// The memory that a state allows.
	keepTo({ memory, share }) {
		this.memory.budget = share * memory * 2 ** 20;
	}

	/**
	 * Adds a way to decode; the setting `shader` has its name.
	 *
	 * @param {string} name
	 * @param {MakeShader} make
	 */
	use(name, make) {
		this.#shaders.set(name, make);
	}

	/**
	 * @param {string} key
	 * @param {any} info
	 * @param {State} state
	 * @param {(share: number) => void} progress
	 * @returns {Promise<Scene>}
	 */
	open(key, info, state, progress) {
		const { gl, memory } = this;
		return openScene({ gl, memory, shaders: this.#shaders }, key, info, state, progress);
	}

	/**
	 * Draws one scene or, to compare, two; with none the ground alone.
	 *
	 * @param {State} asked
	 * @param {Scene[]} scenes
	 * @param {boolean} anew  whether the canvas may not stay as it is
	 * @returns {{ frame: Frame, plans: Plan[] } | null}  null where there was nothing to draw
	 */
	draw(asked, scenes, anew = false) {
		const isFixed = scenes.every(scene => scene.isFixed);
		const but = isFixed && JSON.stringify([scenes.map(({ key }) => key), { ...asked, ...LIGHTS }]);  // all but the light
		if (!anew && but === this.#still?.but && asked.light !== this.#still.light) return this.#still;
		this.#still = null;
		if (!scenes.length) {
			this.present.clear();
			return null;
		}
		// What is the same under every light is as at rest while the light moves.
		const state = asked.moving === 'light' && isFixed ? { ...asked, moving: null } : asked;
		this.memory.frame++;
		const plans = scenes.map(scene => this.plan(state, scene, scenes.length));
		plans.forEach(({ found }) => found.forEach(tile => tile.use()));
		const work = this.#direct && goesDirect(state, plans) ? this.#drawDirect(state, plans[0]) : this.#drawTiles(state, plans);
		this.counts.frames++;
		this.counts.pixels += work.pixels;
		const tiles = plans.reduce((sum, { places }) => sum + places.length, 0);
		const frame = { adapting: Boolean(state.adaptive && state.moving), tiles, ...work };
		if (but && work.complete && plans.every(({ missing }) => !missing.length)) {
			this.#still = { but, light: asked.light, plans, frame: { ...frame, pixels: 0 } };
		}
		return { plans, frame };
	}

	// Learns from a frame that is done.
	learn({ ms, interval, pixels, all, adapting }, target) {
		const { adaptive } = this;
		adaptive.clock(ms, pixels);
		if (!adapting || !all || !pixels) return;
		adaptive.learn(interval, target);
		if (adaptive.scale < 1) this.#direct = true;
		else if (ms < EASY * 1000 / target) this.#direct = false;
	}

	/**
	 * What a frame needs of a scene, of so many that are shown, on a canvas of a scale.
	 *
	 * @param {State} state
	 * @param {Scene} scene
	 */
	plan(state, scene, shown = 1, scale = 1) {
		const room = BUDGET_SHARE * this.memory.budget / shown;
		return planScene(new View(state), scene, { tiling: state.tiling, room, scale });
	}

	/**
	 * For measuring: resolves to what decodes that of a scene which is in sight.
	 *
	 * @param {State} state
	 * @param {Scene} scene
	 */
	async measure(state, scene) {
		const { DecodeMeasure } = await import('./measure.js');
		return new DecodeMeasure(this.gl, this.plan(state, scene), state);
	}

	// On a canvas that is coarser by the adaptive scale.
	/** @param {State} state */
	#drawDirect(state, fine) {
		const backing = this.#setBacking(state, this.adaptive.scale);
		// A level up no pixel is skipped: that is slow.
		const coarse = this.plan(state, fine.scene, 1, Math.max(0.5, backing) / ENOUGH);
		const { shown, pixels } = drawDirect(this, coarse.missing.length ? fine : coarse, state);
		return { pixels: pixels * backing ** 2, scale: backing, shown, all: true, presented: true, complete: false, again: false };
	}

	/**
	 * @param {State} state
	 * @param {Plan[]} plans
	 */
	#drawTiles(state, plans) {
		const { moving, target } = state;
		const adapting = Boolean(state.adaptive && moving);
		// Light that moves needs all of what is in sight at once; anything else can wait its turn.
		const frames = moving ? 1 : FRAMES_AT_REST;
		const budget = state.adaptive && moving !== 'light' ? frames * this.adaptive.budget(target) : Infinity;
		// What is made of the whole canvas takes as long however coarse its tiles are, and for every few of them again.
		const slow = plans.some(({ scene }) => scene.info.sharpen);
		// After coarser frames the picture stays as it is until all that can be lit is.
		const whole = (this.#backing < 1 || slow) && !moving;
		const done = plans.map(plan => lightTiles(plan, state, { scale: this.adaptive.scale, adapting, budget, whole }));
		this.counts.tiles += done.reduce((sum, { decoded }) => sum + decoded, 0);
		const complete = done.every(each => each.complete);
		const presented = !done.some(({ held }) => held);
		if (presented) {
			const coarser = scaling(this.#setBacking(state, adapting && slow ? this.adaptive.scale : 1));
			const pictures = plans.map(({ transform, scene }, i) => ({ transform: compose(coarser, transform), scene, tiles: done[i].tiles }));
			const { upright } = new View(state);
			this.present.compose(pictures, { ...state, upright }, !moving || !this.#direct);
		}
		return {
			complete, presented,
			pixels: done.reduce((sum, each) => sum + each.pixels, 0),
			shown: done.flatMap(({ tiles }) => tiles).length,
			scale: presented ? Math.min(1, ...done.map(({ scale }) => scale)) : this.#backing,
			all: done.every(({ all }) => all),
			again: !complete && (!adapting || moving === 'view'),
		};
	}

	/** @param {State} state */
	#setBacking(state, scale) {
		const { canvas } = this;
		this.#backing = scale;
		const [width, height] = state.canvas.map(length => Math.max(1, Math.round(length * scale)));
		if (canvas.width !== width) canvas.width = width;
		if (canvas.height !== height) canvas.height = height;
		return scale;
	}
}
