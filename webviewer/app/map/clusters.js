// Pixels grouped by what they are made of, as trainer/mapping/clusters.py does.

import { directionOf } from '../shaders/decoder.js';
import { seeded } from './random.js';

const MATTE = [0.2, 0.75];  // quantiles over lights, between which there is neither shadow nor gloss
const RIDGE = 1e-4;  // of a fit, so that a pixel that is black under all lights has one
const LIGHTNESS = 0.25;  // how much lightness counts beside a and b
const STARTS = 4;  // of k-means, of which the best is kept
const ROUNDS = 100;
const GAMMA = 2.2;
const CELL = 2;  // of L, a and b: colours that are hardly told apart
const LINEAR = Float64Array.from({ length: 256 }, (_, level) => (level / 255) ** GAMMA);
// From linear sRGB to X, Y and Z, each divided by that of the white, D65.
const TO_XYZ = [
	[0.433953, 0.376219, 0.189828], [0.212671, 0.715160, 0.072169], [0.017758, 0.109477, 0.872766],
];

/**
 * What tells materials apart but not slopes: of the albedo lightness, a and b of CIELAB, and the lightness of the
 * gloss. Lambert's law is fitted under the lights of medium brightness, which shadows and gloss leave alone. Of
 * `count` rows of RGB under each light; four numbers of each.
 *
 * @param {Uint8Array} responses
 * @param {number} count
 * @param {number[][]} lights  x and y
 */
export function appearance(responses, count, lights) {
	const toward = lights.map(directionOf);
	const found = new Float32Array(4 * count);
	for (let i = 0; i < count; i++) {
		const linear = Array.from(responses.subarray(3 * i * lights.length, 3 * (i + 1) * lights.length), level => LINEAR[level]);
		const { albedo, gloss } = lambert(linear, toward);
		const [lightness, a, b] = toLab(albedo);
		found.set([LIGHTNESS * lightness, a, b, LIGHTNESS * toLab(gloss)[0]], 4 * i);
	}
	return found;
}

// The albedo of a pixel by photometric stereo, channel by channel, and what the brightest light shows above it.
function lambert(linear, toward) {
	const grey = toward.map((_, m) => (linear[3 * m] + linear[3 * m + 1] + linear[3 * m + 2]) / 3);
	const sorted = grey.toSorted((a, b) => a - b);
	const [low, high] = MATTE.map(share => quantile(sorted, share));
	const squares = [0, 1, 2].map(i => [0, 1, 2].map(j => i === j ? RIDGE : 0));
	const products = [0, 1, 2].map(() => [0, 0, 0]);  // by channel
	toward.forEach((light, m) => {
		if (grey[m] < low || grey[m] > high) return;
		light.forEach((at, i) => {
			light.forEach((other, j) => { squares[i][j] += at * other; });
			products.forEach((product, c) => { product[i] += at * linear[3 * m + c]; });
		});
	});
	const slopes = products.map(product => solve(squares, product));
	return {
		albedo: slopes.map(slope => Math.hypot(...slope)),
		gloss: slopes.map((slope, c) => toward.reduce(
			(most, light, m) => Math.max(most, linear[3 * m + c] - Math.max(0, dot(slope, light))), 0)),
	};
}

// Of three equations, by Cramer's rule.
function solve(matrix, right) {
	const replaced = column => matrix.map((row, i) => row.map((at, j) => j === column ? right[i] : at));
	const whole = determinant(matrix);
	return [0, 1, 2].map(column => determinant(replaced(column)) / whole);
}

const determinant = ([[a, b, c], [d, e, f], [g, h, i]]) => a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
const dot = (one, other) => one[0] * other[0] + one[1] * other[1] + one[2] * other[2];

/**
 * The cluster of each of `points`, of so many coordinates in turn: k-means (Arthur and Vassilvitskii 2007) of some of
 * them, the largest cluster 0.
 *
 * @param {Float32Array} points
 * @param {number} dimensions
 * @param {number} clusters
 */
export function group(points, dimensions, clusters) {
	const random = seeded(0);
	const all = Array.from({ length: points.length / dimensions }, (_, i) => points.subarray(dimensions * i, dimensions * (i + 1)));
	const few = thinned(all, clusters);
	/** @type {{ centres: ArrayLike<number>[], error: number }} */
	let found = { centres: [], error: Infinity };
	for (let start = 0; start < STARTS; start++) {
		const other = kMeans(few, firstCentres(few, clusters, random));
		if (other.error < found.error) found = other;
	}
	const best = Uint8Array.from(all, point => nearest(found.centres, point).index);
	const sizes = Array(clusters).fill(0);
	best.forEach(label => { sizes[label]++; });
	const order = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a]);
	return best.map(label => order.indexOf(label));
}

// Of the points in each cell the square root of their number, and `fewest`: clusters are cut where colours are rare.
/** @type {(points: Float32Array[], fewest: number) => Float32Array[]} */
function thinned(points, fewest) {
	/** @type {Map<string, Float32Array[]>} */
	const cells = new Map();
	for (const point of points) {
		const key = point.map(at => Math.floor(at / CELL)).join();
		const inside = cells.get(key);
		if (inside) inside.push(point);
		else cells.set(key, [point]);
	}
	return [...cells.values()].flatMap(inside => {
		const count = Math.min(inside.length, Math.max(fewest, Math.ceil(Math.sqrt(inside.length))));
		return Array.from({ length: count }, (_, n) => inside[Math.floor(n * inside.length / count)]);
	});
}

function kMeans(points, centres) {
	let error = Infinity;
	for (let round = 0; round < ROUNDS; round++) {
		const sums = centres.map(centre => ({ size: 0, at: new Float64Array(centre.length) }));
		let now = 0;
		for (const point of points) {
			const { index, squared } = nearest(centres, point);
			now += squared;
			sums[index].size++;
			point.forEach((value, axis) => { sums[index].at[axis] += value; });
		}
		if (now >= error) break;
		error = now;
		centres = sums.map(({ size, at }, index) => size ? at.map(sum => sum / size) : centres[index]);
	}
	return { centres, error };
}

// Each further one is drawn by its squared distance from the nearest of those before.
function firstCentres(points, clusters, random) {
	const centres = [points[Math.floor(random() * points.length)]];
	while (centres.length < clusters) {
		const distances = points.map(point => nearest(centres, point).squared);
		let left = random() * distances.reduce((sum, distance) => sum + distance, 0);
		const drawn = distances.findIndex(distance => (left -= distance) < 0);
		centres.push(points[Math.max(0, drawn)]);
	}
	return centres;
}

function nearest(centres, point) {
	let [index, least] = [0, Infinity];
	for (let i = 0; i < centres.length; i++) {
		let squared = 0;
		for (let axis = 0; axis < point.length; axis++) squared += (centres[i][axis] - point[axis]) ** 2;
		if (squared < least) [index, least] = [i, squared];
	}
	return { index, squared: least };
}

function quantile(sorted, share) {
	const at = share * (sorted.length - 1);
	const below = Math.floor(at);
	return sorted[below] + (at - below) * ((sorted[below + 1] ?? 0) - sorted[below]);
}

// L, a and b of linear light, shown by the display's curve.
function toLab(light) {
	const [x, y, z] = toXyz(light.map(value => Math.min(1, Math.max(0, value)) ** (1 / GAMMA)));
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

// Of displayed sRGB, as CIELAB has them.
function toXyz(rgb) {
	const linear = rgb.map(value => value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92);
	return TO_XYZ.map(row => {
		const share = row.reduce((sum, weight, c) => sum + weight * linear[c], 0);
		return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
	});
}
