// A map of the latent space: pixels of an image laid out in two dimensions, by how alike they look.

import { t } from '../words/words.js';
import { Axes, inverseAxes } from './axes.js';
import { appearance, group } from './clusters.js';
import { Neighbours } from './neighbours.js';
import { Sheet, SPREAD_LIGHTS } from './sheet.js';

const FEWEST = 100;  // pixels, as raking map has it
const LEAST_SPREAD = 0.002;  // of the points, below which all pixels look alike: half an 8-bit level
const LOOKED_AT = 8;  // axes of what pixels show, by which one looks like another
const NEIGHBOURS = 8;  // that tell what lies between them

/** @typedef {import('./pixels.js').Pixels} Pixels */

export class LatentMap {
	/** @type {(place: number[]) => number[]} */
	#between;
	/** @type {Float32Array | undefined} */
	#appearance;
	/** @type {Neighbours | undefined} */
	#neighbours;
	/** @type {((texels: number[]) => number[])[]} */
	#shown;  // under each of the lights

	/**
	 * Fails with a sentence where there is nothing to lay out.
	 *
	 * @param {Scene} scene
	 * @param {Pixels} pixels
	 * @param {Float32Array} [points]  x and y of each on the map; without them by principal axes
	 */
	constructor(scene, pixels, points) {
		const { count, texels } = pixels;
		if (count < FEWEST) {
			throw new Error(t`The object has ${count} pixels, where a map needs ${FEWEST}.`);
		}
		this.pixels = pixels;
		this.decoder = scene.info.decoder;
		this.size = scene.size;
		this.#shown = SPREAD_LIGHTS.map(light => this.decoder.colours(this.decoder.conditionsOf(light, [0, 0])));
		this.sheet = new Sheet(scene, pixels);
		this.responses = this.sheet.responses();
		this.axes = new Axes(this.responses, count, points ? LOOKED_AT : 2);
		this.points = points ?? this.axes.places(this.responses);
		this.isOfAxes = !points;
		this.#between = points ? place => this.#weighted(place) : inverseAxes(texels, this.points);
		if (this.points.every((at, i) => Math.abs(at - this.points[i % 2]) < LEAST_SPREAD)) {
			this.dispose();
			throw new Error(t`All pixels look alike under all lights: there is nothing to lay out.`);
		}
	}

	get count() {
		return this.pixels.count;
	}

	// The image pixel that a point stands for: of some, their first.
	/** @param {number} index */
	pixel(index) {
		const { places } = this.pixels;
		return [places[2 * index], places[2 * index + 1]];
	}

	// Its middle.
	place(index) {
		return this.pixel(index).map(at => at + this.pixels.side / 2);
	}

	// The levels of its latents.
	texel(index) {
		const { latents } = this.decoder;
		return this.pixels.texels.subarray(index * latents, (index + 1) * latents);
	}

	// The levels of latents at a place of the map where there is no point.
	/** @param {number[]} place */
	texelBetween(place) {
		return this.#between(place);
	}

	// The point nearest to a place of the map.
	/** @param {number[]} place */
	nearest([x, y]) {
		const { points } = this;
		let [index, least] = [-1, Infinity];
		for (let i = 0; i < points.length / 2; i++) {
			const distance = (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2;
			if (distance < least) [index, least] = [i, distance];
		}
		return { index, distance: Math.sqrt(least) };
	}

	// The point that looks most like a pixel with these latents.
	/** @param {number[]} levels */
	mostLike(levels) {
		const texels = levels.map(level => level / 255);
		const shown = this.#shown.flatMap(colours => colours(texels)).map(value => 255 * Math.min(1, Math.max(0, value)));
		const { responses } = this;
		let [index, least] = [-1, Infinity];
		for (let i = 0, from = 0; i < this.count; i++, from += shown.length) {
			let distance = 0;
			for (let k = 0; k < shown.length && distance < least; k++) distance += (responses[from + k] - shown[k]) ** 2;
			if (distance < least) [index, least] = [i, distance];
		}
		return index;
	}

	/**
	 * Which pixels lie within an outline: isWithin(responses) tells it of each whose responses, as those of the
	 * sheet, are asked about. On principal axes all have their place; on another layout they lie where the point
	 * does that looks most like them.
	 *
	 * @param {number[][]} outline
	 * @returns {(responses: Uint8Array) => Uint8Array}
	 */
	within(outline) {
		const { axes, points } = this;
		if (this.isOfAxes) return responses => areInside(outline, axes.places(responses));
		const chosen = areInside(outline, points);
		this.#neighbours ??= new Neighbours(axes.places(this.responses), axes.axes.length);
		const neighbours = this.#neighbours;
		return responses => {
			const places = axes.places(responses);
			return new Uint8Array(responses.length / axes.mean.length)
				.map((_, i) => chosen[neighbours.nearest(places, i * axes.axes.length)]);
		};
	}

	// The cluster of each.
	/** @param {number} number */
	clusters(number) {
		this.#appearance ??= appearance(this.responses, this.count, SPREAD_LIGHTS);
		return group(this.#appearance, this.#appearance.length / this.count, number);
	}

	dispose() {
		this.sheet.dispose();
	}

	// By inverse distance (Shepard 1968).
	/** @param {number[]} place */
	#weighted([x, y]) {
		const { points, count } = this;
		const squared = i => (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2;
		const nearest = Array(NEIGHBOURS).fill(Infinity);  // their distances, the least first
		const indices = Array(NEIGHBOURS).fill(0);
		for (let i = 0; i < count; i++) {
			const distance = squared(i);
			if (distance >= nearest[NEIGHBOURS - 1]) continue;
			const at = nearest.findIndex(other => distance < other);
			nearest.splice(at, 0, distance);
			indices.splice(at, 0, i);
			nearest.pop();
			indices.pop();
		}
		const weights = nearest.map(distance => 1 / (distance + 1e-12));
		const sum = weights.reduce((a, b) => a + b);
		return Array.from(this.texel(0), (_, k) => indices.reduce((level, i, n) => level + weights[n] / sum * this.texel(i)[k], 0));
	}
}

// Of points, x and y in turn, 1 for each within an outline: by how often a ray to the right crosses it.
/** @type {(outline: number[][], points: Float32Array) => Uint8Array} */
function areInside(outline, points) {
	const sides = outline.map(([x1, y1], i) => [...outline.at(i - 1) ?? [x1, y1], x1, y1]);
	return new Uint8Array(points.length / 2).map((_, i) => {
		const [x, y] = [points[2 * i], points[2 * i + 1]];
		return sides.reduce((odd, [x0, y0, x1, y1]) => {
			return (y0 > y) !== (y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0) ? 1 - odd : odd;
		}, 0);
	});
}
