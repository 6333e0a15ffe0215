// Principal axes: points of many dimensions laid out in two, and back again.

const SWEEPS = 30;  // of rotations, of which ten do

/**
 * The axes of greatest variance of `count` rows of whole numbers, as trainer/mapping/embedding.py has them: an axis
 * points to where most of its squared weight is positive. Rows are placed along them in their unit divided by 255.
 */
export class Axes {
	/**
	 * @param {Uint8Array} rows
	 * @param {number} count
	 * @param {number} number  of axes, at most
	 */
	constructor(rows, count, number) {
		this.mean = meanOf(rows, count);
		const { values, vectors } = eigenvectors(covariance(rows, count, this.mean));
		const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
		this.axes = order.slice(0, number).map(column => {
			const axis = vectors.map(row => row[column]);
			const sign = axis.reduce((sum, at) => sum + at * Math.abs(at), 0) < 0 ? -1 : 1;
			return Float64Array.from(axis, at => sign * at / 255);
		});
	}

	/**
	 * Where rows lie, axis by axis of each in turn.
	 *
	 * @param {Uint8Array} rows
	 */
	places(rows) {
		const { axes, mean } = this;
		const count = rows.length / mean.length;
		const places = new Float32Array(axes.length * count);
		for (let i = 0, from = 0; i < count; i++, from += mean.length) {
			for (let axis = 0; axis < axes.length; axis++) places[axes.length * i + axis] = along(axes[axis], rows, from, mean);
		}
		return places;
	}
}

/**
 * What is most likely at a place of a map of principal axes: the rows' least squares fit by their points. Returns
 * rows(place), values within 0 to 255.
 *
 * @param {Uint8Array} rows
 * @param {Float32Array} points
 * @returns {(place: number[]) => number[]}
 */
export function inverseAxes(rows, points) {
	const count = points.length / 2;
	const length = rows.length / count;
	const mean = meanOf(rows, count);
	const slopes = [0, 1].map(axis => {
		const slope = new Float64Array(length);
		let squares = 0;
		for (let i = 0; i < count; i++) {
			const at = points[2 * i + axis];
			squares += at * at;
			for (let k = 0; k < length; k++) slope[k] += at * (rows[i * length + k] - mean[k]);
		}
		return slope.map(value => value / (squares || 1));
	});
	return ([x, y]) => Array.from(mean, (value, k) => Math.min(255, Math.max(0, value + x * slopes[0][k] + y * slopes[1][k])));
}

function along(axis, rows, from, mean) {
	let sum = 0;
	for (let k = 0; k < mean.length; k++) sum += axis[k] * (rows[from + k] - mean[k]);
	return sum;
}

function meanOf(rows, count) {
	const length = rows.length / count;
	const sums = new Float64Array(length);
	for (let i = 0, k = 0; i < rows.length; i++, k = i % length) sums[k] += rows[i];
	return sums.map(sum => sum / count);
}

function covariance(rows, count, mean) {
	const length = mean.length;
	const sums = Array.from(mean, () => new Float64Array(length));
	const row = new Float64Array(length);
	for (let i = 0; i < count; i++) {
		for (let k = 0; k < length; k++) row[k] = rows[i * length + k] - mean[k];
		for (let a = 0; a < length; a++) {
			const [sum, value] = [sums[a], row[a]];
			for (let b = a; b < length; b++) sum[b] += value * row[b];
		}
	}
	return sums.map((sum, a) => sum.map((value, b) => (b < a ? sums[b][a] : value) / count));
}

// Of a symmetric matrix, by Jacobi's rotations; `vectors` in columns.
/** @param {Float64Array[]} matrix */
function eigenvectors(matrix) {
	const size = matrix.length;
	const m = matrix.map(row => row.slice());
	const vectors = m.map((_, i) => new Float64Array(size).fill(1, i, i + 1));
	const least = 1e-12 * m.reduce((sum, row, i) => sum + row[i], 0);
	for (let sweep = 0; sweep < SWEEPS; sweep++) {
		let turned = false;
		for (let p = 0; p < size; p++) {
			for (let q = p + 1; q < size; q++) {
				if (Math.abs(m[p][q]) <= least) continue;
				turned = true;
				rotate(m, vectors, p, q);
			}
		}
		if (!turned) break;
	}
	return { values: m.map((row, i) => row[i]), vectors: vectors.map(row => [...row]) };
}

// Golub and Van Loan, Matrix Computations, 8.5.
function rotate(m, vectors, p, q) {
	const ratio = (m[q][q] - m[p][p]) / (2 * m[p][q]);
	const t = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
	const c = 1 / Math.hypot(1, t);
	const s = t * c;
	for (const row of [...m, ...vectors]) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
	for (let k = 0; k < m.length; k++) [m[p][k], m[q][k]] = [c * m[p][k] - s * m[q][k], s * m[p][k] + c * m[q][k]];
}
