// The nearest of many points in a few dimensions: a k-d tree (Bentley 1975).

const LEAF = 16;  // points that are looked at one by one

/** @typedef {{ from: number, to: number, axis: number, at: number, low?: Branch, high?: Branch }} Branch */

export class Neighbours {
	/**
	 * @param {Float32Array} points  their coordinates in turn
	 * @param {number} dimensions
	 */
	constructor(points, dimensions) {
		this.points = points;
		this.dimensions = dimensions;
		this.order = new Uint32Array(points.length / dimensions).map((_, i) => i);
		this.root = this.#branch(0, this.order.length);
	}

	/**
	 * The index of the point nearest to the one at `from` of `places`.
	 *
	 * @param {Float32Array} places
	 * @param {number} from
	 */
	nearest(places, from) {
		const { points, order, dimensions } = this;
		let [index, least] = [-1, Infinity];
		/** @param {Branch} branch */
		const look = ({ from: first, to, axis, at, low, high }) => {
			if (low && high) {
				const beyond = places[from + axis] - at;
				look(beyond < 0 ? low : high);
				if (beyond * beyond < least) look(beyond < 0 ? high : low);
				return;
			}
			for (let i = first; i < to; i++) {
				const point = order[i] * dimensions;
				let squared = 0;
				for (let k = 0; k < dimensions && squared < least; k++) squared += (points[point + k] - places[from + k]) ** 2;
				if (squared < least) [index, least] = [order[i], squared];
			}
		};
		look(this.root);
		return index;
	}

	// Halved where its points are spread the most.
	/** @type {(from: number, to: number) => Branch} */
	#branch(from, to) {
		const { points, dimensions, order } = this;
		const [axis, spread] = this.#widest(from, to);
		if (to - from <= LEAF || spread === 0) return { from, to, axis, at: 0 };
		const coordinate = index => points[index * dimensions + axis];
		order.subarray(from, to).sort((a, b) => coordinate(a) - coordinate(b));
		const middle = (from + to) >> 1;
		return { from, to, axis, at: coordinate(order[middle]), low: this.#branch(from, middle), high: this.#branch(middle, to) };
	}

	#widest(from, to) {
		const { points, dimensions, order } = this;
		const spreads = Array.from({ length: dimensions }, (_, axis) => {
			let [least, most] = [Infinity, -Infinity];
			for (let i = from; i < to; i++) {
				const at = points[order[i] * dimensions + axis];
				least = Math.min(least, at);
				most = Math.max(most, at);
			}
			return most - least;
		});
		const spread = Math.max(...spreads);
		return [spreads.indexOf(spread), spread];
	}
}
