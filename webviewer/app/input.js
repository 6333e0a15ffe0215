// Mouse, wheel, touch and keys.

const LIGHT_REACH = 0.45;       // share of the picture's shorter side that moves the light by 1
const LIGHT_STEP = 0.05;
const PAN_STEP = 60;            // CSS pixels
const ZOOM_STEP = 1.25;
const WHEEL_ZOOM = 0.0016;      // per CSS pixel of the wheel
const WHEEL_LINE = 16;          // CSS pixels
const PINCH = 8;                // a touchpad's pinch comes as a small turn of the wheel

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export function connectInput(viewer) {
    const space = { held: false };
    connectPointers(viewer, space);
    connectWheel(viewer);
    connectKeys(viewer, space);
}

// What the buttons and the keys both do.
export function zoomBy(viewer, factor) {
    viewer.view.zoomAbout(viewer.view.canvas.map(length => length / 2), viewer.view.zoom * factor);
    viewer.moved();
}

export function zoomIn(viewer) {
    zoomBy(viewer, ZOOM_STEP);
}

export function zoomOut(viewer) {
    zoomBy(viewer, 1 / ZOOM_STEP);
}

export function fit(viewer) {
    viewer.view.fit();
    viewer.moved();
}

export function showPixels(viewer) {
    zoomBy(viewer, 1 / viewer.view.zoom);
}

// Settings change from the page: what fails is said there, by the viewer.
export function change(viewer, settings) {
    viewer.setState(settings).catch(() => {});
}

function connectPointers(viewer, space) {
    const { canvas } = viewer;
    const pointers = new Map();     // pointer id -> [x, y], CSS pixels
    let panning = false;
    canvas.addEventListener('pointerdown', event => {
        canvas.setPointerCapture(event.pointerId);
        pointers.set(event.pointerId, [event.clientX, event.clientY]);
        panning = event.button !== 0 || event.shiftKey || space.held;
        canvas.classList.toggle('panning', panning);
        if (event.button === 1) event.preventDefault();
    });
    canvas.addEventListener('pointermove', event => {
        const before = pointers.get(event.pointerId);
        if (!before) return;
        const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
        const after = [event.clientX, event.clientY];
        pointers.set(event.pointerId, after);
        if (others.length) pinch(viewer, others[0], before, after);
        else if (panning) pan(viewer, difference(after, before));
        else dragLight(viewer, difference(after, before));
    });
    for (const type of ['pointerup', 'pointercancel']) {
        canvas.addEventListener(type, event => {
            pointers.delete(event.pointerId);
            canvas.classList.remove('panning');
        });
    }
    canvas.addEventListener('contextmenu', event => event.preventDefault());
}

function dragLight(viewer, [dx, dy]) {
    const { clientWidth, clientHeight } = viewer.canvas;
    const reach = LIGHT_REACH * Math.min(clientWidth, clientHeight);
    const [x, y] = viewer.settings.light;
    viewer.moveLight([x + dx / reach, y - dy / reach]);
}

function pan(viewer, movement) {
    viewer.view.panBy(movement.map(length => length * devicePixels(viewer)));
    viewer.moved();
}

// One of two fingers moved from `before` to `after`: the point between them pans, their distance zooms.
function pinch(viewer, other, before, after) {
    const middle = (a, b) => a.map((value, axis) => (value + b[axis]) / 2);
    const distance = (a, b) => Math.max(1, Math.hypot(...difference(a, b)));
    pan(viewer, difference(middle(other, after), middle(other, before)));
    const factor = distance(other, after) / distance(other, before);
    viewer.view.zoomAbout(canvasPoint(viewer, middle(other, after)), viewer.view.zoom * factor);
}

function connectWheel(viewer) {
    viewer.canvas.addEventListener('wheel', event => {
        event.preventDefault();
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : event.ctrlKey ? PINCH : 1;
        const zoom = viewer.view.zoom * Math.exp(-event.deltaY * unit * WHEEL_ZOOM);
        viewer.view.zoomAbout(canvasPoint(viewer, [event.clientX, event.clientY]), zoom);
        viewer.moved();
    }, { passive: false });
}

function connectKeys(viewer, space) {
    const { canvas } = viewer;
    const actions = {
        '+': () => zoomIn(viewer),
        '=': () => zoomIn(viewer),
        '-': () => zoomOut(viewer),
        0: () => fit(viewer),
        f: () => fit(viewer),
        1: () => showPixels(viewer),
        n: () => showNext(viewer),
        o: () => change(viewer, { orbit: !viewer.settings.orbit }),
        t: () => change(viewer, { tiling: !viewer.settings.tiling }),
        a: () => change(viewer, { adaptive: !viewer.settings.adaptive }),
        h: () => change(viewer, { ui: !viewer.settings.ui }),
    };
    addEventListener('keydown', event => {
        if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
        if (event.key === ' ' && event.target === canvas) space.held = true;
        const arrow = ARROWS[event.key];
        const action = arrow ? () => moveByArrow(viewer, arrow, event.shiftKey) : actions[event.key.toLowerCase()];
        if (!action) return;
        event.preventDefault();
        action();
    });
    addEventListener('keyup', event => {
        if (event.key === ' ') space.held = false;
    });
}

function moveByArrow(viewer, [right, up], panning) {
    const [x, y] = viewer.settings.light;
    if (panning) pan(viewer, [-right * PAN_STEP, up * PAN_STEP]);
    else viewer.moveLight([x + right * LIGHT_STEP, y + up * LIGHT_STEP]);
}

function showNext(viewer) {
    const { show, image } = viewer.settings;
    if (image.length > 1) change(viewer, { show: (show + 1) % image.length });
}

function canvasPoint(viewer, [x, y]) {
    const { left, top } = viewer.canvas.getBoundingClientRect();
    return [x - left, y - top].map(length => length * devicePixels(viewer));
}

function devicePixels({ canvas }) {
    return canvas.width / canvas.clientWidth;
}

function difference(a, b) {
    return a.map((value, axis) => value - b[axis]);
}
