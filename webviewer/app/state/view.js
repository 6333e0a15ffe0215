// Pan, zoom and rotation: which part of the image the canvas shows, and how it lies there.

import { apply, compose, invert, scaling } from './transform.js';

const CLOSEST = 64;  // canvas pixels per image pixel
const FIT_MARGIN = 0.04;  // share of the canvas left free around a fitted image
// What a view follows from, but for the ruler.
export const VIEWED = 'zoom center rotation tilt camera hasViews canvas margin size';

// Of one state; what moves it returns the settings to change.
export class View {
	/** @param {State} state */
	constructor({ canvas, size, margin, zoom, center, rotation, ruler, tilt, camera, hasViews }) {
		this.canvas = canvas;
		this.size = size;
		this.margin = margin;
		this.rotation = rotation;
		this.tilted = tilt && hasViews && Math.hypot(...camera) > 0;
		this.camera = camera;
		this.asked = { zoom, center, ruler };
	}

	get zoom() {
		return this.asked.zoom ?? this.fitZoom;
	}

	get center() {
		return this.asked.center ?? this.size.map(length => length / 2);
	}

	get upright() {
		return this.rotation % 90 === 0 && !this.tilted;
	}

	get fitZoom() {
		const [x, y] = this.size;
		const corners = [[x, y], [x, -y]].map(corner => apply(turn(this.rotation), corner));
		return Math.min(...this.canvas.map((length, axis) => Math.max(length * (1 - 2 * this.margin * FIT_MARGIN), 1)
			/ Math.max(...corners.map(corner => Math.abs(corner[axis])))));
	}

	// Without its offset.
	get #turned() {
		const turned = compose(scaling(this.zoom), turn(this.rotation));
		return this.tilted ? compose(turned, foreshortened(this.camera)) : turned;
	}

	// From image to canvas pixels, y down in both; where a level's are as large as the canvas's, they meet.
	get transform() {
		const turned = this.#turned;
		const [x, y] = apply(turned, this.center);
		const offset = [this.canvas[0] / 2 - x, this.canvas[1] / 2 - y];
		const whole = this.upright && this.zoom <= 1 && Number.isInteger(Math.log2(this.zoom));
		return [...turned.slice(0, 4), ...whole ? offset.map(Math.round) : offset];
	}

	// What is in sight: the least upright rectangle of the image.
	get visible() {
		const [width, height] = this.canvas;
		const corners = [[0, 0], [width, 0], [0, height], [width, height]].map(point => this.toImage(point));
		const [left, top, right, bottom] = [Math.min, Math.max].flatMap(
			end => [0, 1].map(axis => end(...corners.map(corner => corner[axis]))));
		return { left, top, right, bottom };
	}

	get showsAll() {
		const { visible: { left, top, right, bottom }, size: [width, height] } = this;
		return left < 1 && top < 1 && right > width - 1 && bottom > height - 1;
	}

	/** @param {number[]} point  canvas pixels */
	toImage(point) {
		return apply(invert(this.transform), point);
	}

	/** @param {number[]} point  image pixels */
	toCanvas(point) {
		return apply(this.transform, point);
	}

	// The direction of a light or a camera, y up, from the image's frame to the screen's, and back.
	/** @param {number[]} direction */
	directionToScreen(direction) {
		return apply(turn(-this.rotation), direction);
	}

	/** @param {number[]} direction */
	directionFromScreen(direction) {
		return apply(turn(this.rotation), direction).map(at => +at.toFixed(4));
	}

	// The same part of an image of another size.
	/** @param {number[]} size */
	onto(size) {
		const { zoom, center, ruler } = this.asked;
		const moved = places => places?.map((at, i) => at / this.size[i % 2] * size[i % 2]) ?? null;
		return { size, center: moved(center), ruler: moved(ruler), zoom: zoom && zoom * this.size[0] / size[0] };
	}

	/**
	 * The image stays where it is under a point.
	 *
	 * @param {number[]} point  canvas pixels
	 * @param {number} wanted  zoom
	 */
	zoomAbout(point, wanted) {
		const [x, y] = this.toImage(point);
		const zoom = +Math.min(CLOSEST, Math.max(Math.min(this.fitZoom, 1) / 4, wanted)).toPrecision(7);
		const away = point.map((at, axis) => (at - this.canvas[axis] / 2) * this.zoom / zoom);
		const [dx, dy] = apply(invert(this.#turned), away);
		return { zoom, center: this.#within([x - dx, y - dy]) };
	}

	/** @param {number[]} movement  canvas pixels */
	panBy([dx, dy]) {
		const [x, y] = this.canvas;
		return { zoom: this.zoom, center: this.#within(this.toImage([x / 2 - dx, y / 2 - dy])) };
	}

	// About the middle of the canvas; what is fitted stays so.
	/** @param {number} degrees */
	rotateBy(degrees) {
		return { rotation: ((this.rotation + degrees) % 360 + 360) % 360 };
	}

	// The middle of the canvas never leaves the image.
	#within(center) {
		return center.map((at, axis) => +Math.min(this.size[axis], Math.max(0, at)).toFixed(3));
	}
}

// Clockwise, with y down; exact at right angles.
function turn(degrees) {
	const angle = degrees * Math.PI / 180;
	const [cos, sin] = degrees % 90 ? [Math.cos(angle), Math.sin(angle)]
		: [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))];
	return [cos, sin, -sin, cos, 0, 0];
}

// The plane as a camera far away sees it, in a direction (x, y), y up: shorter along it, by its height.
/** @type {(camera: number[]) => Transform} */
function foreshortened([x, y]) {
	const squared = x * x + y * y;
	const less = (1 - Math.sqrt(Math.max(0, 1 - squared))) / squared;
	return [1 - less * x * x, less * x * y, less * x * y, 1 - less * y * y, 0, 0];
}
