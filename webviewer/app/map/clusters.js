// Pixels grouped by what they are made of, as trainer/mapping/clusters.py does.

import { seeded } from './random.js';

const BRIGHT = 0.9;  // the quantile over lights that shows gloss
const STARTS = 4;  // of k-means, of which the best is kept
const ROUNDS = 100;
const GAMMA = 2.2;
const CELL = 2;  // of a and b: colours that are hardly told apart
// From linear sRGB to X, Y and Z, each divided by that of the white, D65.
const TO_XYZ = [
	[0.433953, 0.376219, 0.189828], [0.212671, 0.715160, 0.072169], [0.017758, 0.109477, 0.872766],
];

/**
 * What tells materials apart but not slopes: the colour without its lightness, a and b of CIELAB, under the brighter
 * lights. Of `count` rows of RGB under each light; a and b of each.
 *
 * @param {Uint8Array} responses
 * @param {number} count
 */
export function appearance(responses, count) {
	const length = responses.length / count;
	const found = new Float32Array(2 * count);
	const channel = new Float64Array(length / 3);
	for (let i = 0; i < count; i++) {
		const [x, y, z] = toXyz([0, 1, 2].map(c => {
			for (let light = 0; light < channel.length; light++) channel[light] = (responses[i * length + 3 * light + c] / 255) ** GAMMA;
			return quantile(channel.sort(), BRIGHT) ** (1 / GAMMA);
		}));
		found.set([500 * (x - y), 200 * (y - z)], 2 * i);
	}
	return found;
}

/**
 * The cluster of each of `points`, x and y in turn: k-means (Arthur and Vassilvitskii 2007) of some of them, the
 * largest cluster 0.
 *
 * @param {Float32Array} points
 * @param {number} clusters
 */
export function group(points, clusters) {
	const random = seeded(0);
	const few = thinned(points, clusters);
	/** @type {{ centres: number[][], error: number }} */
	let found = { centres: [], error: Infinity };
	for (let start = 0; start < STARTS; start++) {
		const other = kMeans(few, firstCentres(few, clusters, random));
		if (other.error < found.error) found = other;
	}
	const best = new Uint8Array(points.length / 2).map((_, i) => nearest(found.centres, points[2 * i], points[2 * i + 1]).index);
	const sizes = Array(clusters).fill(0);
	best.forEach(label => { sizes[label]++; });
	const order = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a]);
	return best.map(label => order.indexOf(label));
}

// Of the points in each cell the square root of their number, and `fewest`: clusters are cut where colours are rare.
function thinned(points, fewest) {
	/** @type {Map<string, number[]>} */
	const cells = new Map();
	for (let i = 0; i < points.length; i += 2) {
		const key = `${Math.floor(points[i] / CELL)} ${Math.floor(points[i + 1] / CELL)}`;
		const inside = cells.get(key);
		if (inside) inside.push(i);
		else cells.set(key, [i]);
	}
	return Float32Array.from([...cells.values()].flatMap(inside => {
		const count = Math.min(inside.length, Math.max(fewest, Math.ceil(Math.sqrt(inside.length))));
		return Array.from({ length: count }, (_, n) => inside[Math.floor(n * inside.length / count)])
			.flatMap(i => [points[i], points[i + 1]]);
	}));
}

function kMeans(points, centres) {
	let error = Infinity;
	for (let round = 0; round < ROUNDS; round++) {
		const sums = centres.map(() => [0, 0, 0]);
		let now = 0;
		for (let i = 0; i < points.length; i += 2) {
			const [x, y] = [points[i], points[i + 1]];
			const { index, squared } = nearest(centres, x, y);
			now += squared;
			[x, y, 1].forEach((value, axis) => { sums[index][axis] += value; });
		}
		if (now >= error) break;
		error = now;
		centres = sums.map(([x, y, size], index) => size ? [x / size, y / size] : centres[index]);
	}
	return { centres, error };
}

// Each further one is drawn by its squared distance from the nearest of those before.
function firstCentres(points, clusters, random) {
	const at = index => [points[2 * index], points[2 * index + 1]];
	const count = points.length / 2;
	const centres = [at(Math.floor(random() * count))];
	while (centres.length < clusters) {
		const distances = Float64Array.from({ length: count }, (_, i) => nearest(centres, points[2 * i], points[2 * i + 1]).squared);
		let left = random() * distances.reduce((sum, distance) => sum + distance, 0);
		const drawn = distances.findIndex(distance => (left -= distance) < 0);
		centres.push(at(Math.max(0, drawn)));
	}
	return centres;
}

function nearest(centres, x, y) {
	let [index, squared] = [0, Infinity];
	for (let i = 0; i < centres.length; i++) {
		const distance = (centres[i][0] - x) ** 2 + (centres[i][1] - y) ** 2;
		if (distance < squared) [index, squared] = [i, distance];
	}
	return { index, squared };
}

function quantile(sorted, share) {
	const at = share * (sorted.length - 1);
	const below = Math.floor(at);
	return sorted[below] + (at - below) * ((sorted[below + 1] ?? 0) - sorted[below]);
}

// Of displayed sRGB, as CIELAB has them.
function toXyz(rgb) {
	const linear = rgb.map(value => value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92);
	return TO_XYZ.map(row => {
		const share = row.reduce((sum, weight, c) => sum + weight * linear[c], 0);
		return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
	});
}
