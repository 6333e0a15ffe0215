// What of a map is in sight: pan and zoom of a canvas over it, y up on the map and down on the canvas.

const ROOM = 0.06;  // share of the canvas that is left free around all points
const CLOSEST = 1000;  // times closer than all points
const FARTHEST = 0.5;

export class Sight {
	center = [0, 0];
	scale = 1;  // canvas pixels per unit of the map
	canvas = [1, 1];
	#fitted = 1;  // the scale at which all points are seen

	// How many times closer it is than all points.
	get closeness() {
		return this.scale / this.#fitted;
	}

	// All points.
	/** @param {Float32Array} points  x and y in turn */
	fit(points) {
		const ends = [0, 1].map(axis => {
			let [least, most] = [Infinity, -Infinity];
			for (let i = axis; i < points.length; i += 2) {
				least = Math.min(least, points[i]);
				most = Math.max(most, points[i]);
			}
			return [least, most];
		});
		this.center = ends.map(([least, most]) => (least + most) / 2);
		this.scale = this.#fitted = Math.min(...ends.map(
			([least, most], axis) => this.canvas[axis] * (1 - 2 * ROOM) / Math.max(most - least, 1e-6)));
	}

	/** @type {(place: number[]) => number[]} */
	toCanvas([x, y]) {
		const [width, height] = this.canvas;
		return [width / 2 + (x - this.center[0]) * this.scale, height / 2 - (y - this.center[1]) * this.scale];
	}

	/** @type {(point: number[]) => number[]} */
	toMap([x, y]) {
		const [width, height] = this.canvas;
		return [this.center[0] + (x - width / 2) / this.scale, this.center[1] - (y - height / 2) / this.scale];
	}

	// The same of the map on another canvas.
	/** @param {number[]} canvas */
	resize(canvas) {
		const factor = canvas[0] / this.canvas[0];
		this.scale *= factor;
		this.#fitted *= factor;
		this.canvas = canvas;
	}

	/** @type {(movement: number[]) => void} */
	panBy([dx, dy]) {
		this.center = [this.center[0] - dx / this.scale, this.center[1] + dy / this.scale];
	}

	// The map stays where it is under a point of the canvas.
	/** @type {(point: number[], factor: number) => void} */
	zoomAbout(point, factor) {
		const [x, y] = this.toMap(point);
		this.scale = Math.min(CLOSEST * this.#fitted, Math.max(FARTHEST * this.#fitted, this.scale * factor));
		const [nowX, nowY] = this.toMap(point);
		this.center = [this.center[0] + x - nowX, this.center[1] + y - nowY];
	}
}
