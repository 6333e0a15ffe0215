// Pan and zoom: which part of the image the canvas shows.

const CLOSEST = 64;             // canvas pixels per image pixel
const FIT_MARGIN = 0.04;        // share of the canvas left free around a fitted image

export class View {
    constructor() {
        this.canvas = [1, 1];       // device pixels
        this.image = [1, 1];
        this.margin = 0;
        this.fitZoom = 1;
        this.asked = { zoom: null, center: null };      // null: fit, the middle
    }

    get zoom() {
        return this.asked.zoom ?? this.fitZoom;
    }

    get center() {
        return this.asked.center ?? this.image.map(length => length / 2);
    }

    // The canvas pixel of the image's top left corner; whole at 1:1, so that pixels meet pixels.
    get offset() {
        const offset = this.center.map((at, axis) => this.canvas[axis] / 2 - at * this.zoom);
        return this.zoom === 1 ? offset.map(Math.round) : offset;
    }

    // The image pixels in sight: { left, top, right, bottom }.
    get visible() {
        const [left, top] = this.offset.map(at => -at / this.zoom);
        return {
            left,
            top,
            right: left + this.canvas[0] / this.zoom,
            bottom: top + this.canvas[1] / this.zoom,
        };
    }

    resize(canvas, margin = this.margin) {
        this.canvas = canvas;
        this.margin = margin;
        this.#measure();
    }

    // Another image takes the place of this one: the same part of it is shown.
    setImage(size) {
        const { zoom, center } = this.asked;
        const ratio = size[0] / this.image[0];
        if (center) this.asked.center = center.map((at, axis) => at / this.image[axis] * size[axis]);
        if (zoom) this.asked.zoom = zoom / ratio;
        this.image = size;
        this.#measure();
    }

    fit() {
        this.asked = { zoom: null, center: null };
    }

    // Zooms so that the image stays where it is under `point`, in canvas pixels.
    zoomAbout(point, zoom) {
        const offset = this.offset;
        const at = point.map((value, axis) => (value - offset[axis]) / this.zoom);
        this.asked.zoom = Math.min(CLOSEST, Math.max(Math.min(this.fitZoom, 1) / 4, zoom));
        this.#place(at, point);
    }

    panBy([dx, dy]) {
        const [x, y] = this.center;
        this.asked.zoom = this.zoom;
        this.asked.center = this.#inside([x - dx / this.zoom, y - dy / this.zoom]);
    }

    // Image pixel `at` comes under canvas pixel `point`.
    #place(at, point) {
        this.asked.center = this.#inside(at.map(
            (value, axis) => value - (point[axis] - this.canvas[axis] / 2) / this.zoom));
    }

    // The middle of the canvas never leaves the image.
    #inside(center) {
        return center.map((at, axis) => Math.min(this.image[axis], Math.max(0, at)));
    }

    #measure() {
        const room = this.canvas.map(length => Math.max(length * (1 - 2 * this.margin * FIT_MARGIN), 1));
        this.fitZoom = Math.min(room[0] / this.image[0], room[1] / this.image[1]);
    }
}
