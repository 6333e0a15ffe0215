// Pan, zoom and rotation: which part of the image the canvas shows, and how it lies there.

import { apply, compose, invert } from './transform.js';

const CLOSEST = 64;             // canvas pixels per image pixel
const FIT_MARGIN = 0.04;        // share of the canvas left free around a fitted image

export class View {
    constructor() {
        this.canvas = [1, 1];       // device pixels
        this.image = [1, 1];
        this.margin = 0;
        this.asked = { zoom: null, center: null, rotation: 0 };     // null: fit, the middle
    }

    // Canvas pixels per image pixel.
    get zoom() {
        return this.asked.zoom ?? this.fitZoom;
    }

    // The image pixel in the middle of the canvas.
    get center() {
        return this.asked.center ?? this.image.map(length => length / 2);
    }

    // Degrees, clockwise.
    get rotation() {
        return this.asked.rotation;
    }

    get upright() {
        return this.rotation % 90 === 0;
    }

    get fitZoom() {
        const [x, y] = this.image;
        const [width, height] = bounds(...[[x, y], [x, -y]].map(corner => apply(turn(this.rotation), corner)));
        const room = this.canvas.map(length => Math.max(length * (1 - 2 * this.margin * FIT_MARGIN), 1));
        return Math.min(room[0] / width, room[1] / height);
    }

    // From image pixels to canvas pixels, y down in both; at 1:1, and where a level's pixels are as
    // large as the canvas's, pixels meet pixels.
    get transform() {
        const turned = compose([this.zoom, 0, 0, this.zoom, 0, 0], turn(this.rotation));
        const [x, y] = apply(turned, this.center);
        const offset = [this.canvas[0] / 2 - x, this.canvas[1] / 2 - y];
        const whole = this.upright && this.zoom <= 1 && Number.isInteger(Math.log2(this.zoom));
        return [...turned.slice(0, 4), ...whole ? offset.map(Math.round) : offset];
    }

    // The least upright rectangle of the image that holds what is in sight.
    get visible() {
        const [width, height] = this.canvas;
        const corners = [[0, 0], [width, 0], [0, height], [width, height]].map(point => this.toImage(point));
        const [xs, ys] = [0, 1].map(axis => corners.map(corner => corner[axis]));
        return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
    }

    toImage(point) {
        return apply(invert(this.transform), point);
    }

    toCanvas(point) {
        return apply(this.transform, point);
    }

    // A light direction of the image's frame, y up, as it stands on the screen; and back.
    lightToScreen([x, y]) {
        const [sx, sy] = apply(turn(this.rotation), [x, -y]);
        return [sx, -sy];
    }

    lightFromScreen([x, y]) {
        const [ix, iy] = apply(turn(-this.rotation), [x, -y]);
        return [ix, -iy];
    }

    resize(canvas, margin = this.margin) {
        this.canvas = canvas;
        this.margin = margin;
    }

    // Another image takes the place of this one: the same part of it is shown.
    setImage(size) {
        const { zoom, center } = this.asked;
        const ratio = size[0] / this.image[0];
        if (center) this.asked.center = center.map((at, axis) => at / this.image[axis] * size[axis]);
        if (zoom) this.asked.zoom = zoom / ratio;
        this.image = size;
    }

    fit() {
        Object.assign(this.asked, { zoom: null, center: null });
    }

    // Zooms so that the image stays where it is under `point`, in canvas pixels.
    zoomAbout(point, zoom) {
        const at = this.toImage(point);
        this.asked.zoom = Math.min(CLOSEST, Math.max(Math.min(this.fitZoom, 1) / 4, zoom));
        this.#place(at, point);
    }

    panBy([dx, dy]) {
        const [x, y] = this.canvas;
        const center = this.toImage([x / 2 - dx, y / 2 - dy]);
        this.asked.zoom = this.zoom;
        this.asked.center = this.#inside(center);
    }

    // Turns the picture about the middle of the canvas; what is fitted stays so.
    rotateBy(degrees) {
        this.asked.rotation = ((this.rotation + degrees) % 360 + 360) % 360;
    }

    // Image pixel `at` comes under canvas pixel `point`.
    #place(at, point) {
        const away = [point[0] - this.canvas[0] / 2, point[1] - this.canvas[1] / 2];
        const [dx, dy] = apply(turn(-this.rotation), away.map(length => length / this.zoom));
        this.asked.center = this.#inside([at[0] - dx, at[1] - dy]);
    }

    // The middle of the canvas never leaves the image.
    #inside(center) {
        return center.map((at, axis) => Math.min(this.image[axis], Math.max(0, at)));
    }
}

// Clockwise, with y down; exact at right angles.
function turn(degrees) {
    const angle = degrees * Math.PI / 180;
    const [cos, sin] = degrees % 90 ? [Math.cos(angle), Math.sin(angle)]
        : [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))];
    return [cos, sin, -sin, cos, 0, 0];
}

function bounds(...vectors) {
    return [0, 1].map(axis => Math.max(...vectors.map(vector => Math.abs(vector[axis]))));
}
