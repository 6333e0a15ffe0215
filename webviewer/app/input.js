// Mouse, wheel, touch and keys.

import { zoomAbout } from './actions.js';
import { lightOnScreen, moveLight } from './dome.js';
import { ARROWS, canvasPoint, devicePixels } from './points.js';
import { drawRuler, isArmed } from './ruler.js';

const LIGHT_REACH = 0.45;       // share of the picture's shorter side that moves the light by 1
const LIGHT_STEP = 0.05;
const PAN_STEP = 60;            // CSS pixels
const WHEEL_ZOOM = 0.0016;      // per CSS pixel of the wheel
const WHEEL_LINE = 16;          // CSS pixels
const PINCH = 8;                // a touchpad's pinch comes as a small turn of the wheel
const TAP_ZOOM = 2;
const TAP_TIME = 350;           // milliseconds between two taps that are one double tap
const TAP_REACH = 24;           // CSS pixels from one to the other
const TAP_SLIP = 6;             // CSS pixels that a tap may move

const KEYS = {
    '+': 'zoomIn', '=': 'zoomIn', '-': 'zoomOut', 0: 'fit', f: 'fit', 1: 'showPixels',
    r: 'tiltRight', R: 'tiltLeft', n: 'next', o: 'orbit', t: 'tiling', a: 'adaptive', h: 'ui',
    s: 'split', b: 'blink', d: 'difference', x: 'flip', m: 'measure', '?': 'help',
};

export function connectInput(viewer, element, actions, signal) {
    const space = { held: false };
    connectPointers(viewer, space);
    connectWheel(viewer);
    connectKeys(viewer, element, actions, space, signal);
}

function connectPointers(viewer, space) {
    const { canvas } = viewer;
    const pointers = new Map();     // pointer id -> [x, y], CSS pixels
    let panning = false;
    let press = null;               // where one finger or the main button went down, while it stays there
    let tap = null;                 // the last press that stayed: { at, time }
    let measuring = null;           // the ruler's first end
    canvas.addEventListener('pointerdown', event => {
        canvas.setPointerCapture(event.pointerId);
        const at = [event.clientX, event.clientY];
        press = pointers.size || event.button ? null : at;
        measuring = press && isArmed(viewer) ? canvasPoint(viewer, at) : null;
        panning = pointers.size > 0 || event.button !== 0 || event.shiftKey || space.held;
        pointers.set(event.pointerId, at);
        canvas.classList.toggle('panning', panning);
        if (event.button === 1) event.preventDefault();
    });
    canvas.addEventListener('pointermove', event => {
        const before = pointers.get(event.pointerId);
        if (!before) return;
        const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
        const after = [event.clientX, event.clientY];
        const movement = difference(after, before);
        if (press && Math.hypot(...difference(after, press)) > TAP_SLIP) press = null;
        pointers.set(event.pointerId, after);
        if (others.length) pinch(viewer, others[0], before, after);
        else if (measuring) drawRuler(viewer, measuring, canvasPoint(viewer, after));
        else if (panning) pan(viewer, movement);
        else dragLight(viewer, movement);
    });
    for (const type of ['pointerup', 'pointercancel']) {
        canvas.addEventListener(type, event => {
            pointers.delete(event.pointerId);
            canvas.classList.remove('panning');
            if (!press || type === 'pointercancel') return;
            const again = tap && event.timeStamp - tap.time < TAP_TIME
                && Math.hypot(...difference(press, tap.at)) < TAP_REACH;
            if (again) zoomAbout(viewer, canvasPoint(viewer, press), TAP_ZOOM);
            tap = again ? null : { at: press, time: event.timeStamp };
        });
    }
    canvas.addEventListener('contextmenu', event => event.preventDefault());
}

function dragLight(viewer, [dx, dy]) {
    const { clientWidth, clientHeight } = viewer.canvas;
    const reach = LIGHT_REACH * Math.min(clientWidth, clientHeight);
    moveLightBy(viewer, dx / reach, -dy / reach);
}

function moveLightBy(viewer, right, up) {
    const [x, y] = lightOnScreen(viewer);
    moveLight(viewer, [x + right, y + up]);
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
    zoomAbout(viewer, canvasPoint(viewer, middle(other, after)), factor);
}

function connectWheel(viewer) {
    viewer.canvas.parentElement.addEventListener('wheel', event => {
        event.preventDefault();
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE : event.ctrlKey ? PINCH : 1;
        const factor = Math.exp(-event.deltaY * unit * WHEEL_ZOOM);
        zoomAbout(viewer, canvasPoint(viewer, [event.clientX, event.clientY]), factor);
    }, { passive: false });
}

// Keys act where the focus is in the element; on a page of its own, anywhere.
function connectKeys(viewer, element, actions, space, signal) {
    const place = element.hasAttribute('standalone') ? window : element;
    place.addEventListener('keydown', event => {
        const [target] = event.composedPath();
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey
            || target.closest?.('select, dialog, input, textarea')) return;
        if (event.key === ' ' && target === viewer.canvas) space.held = true;
        const arrow = ARROWS[event.key];
        const action = arrow ? () => moveByArrow(viewer, arrow, event.shiftKey)
            : actions[KEYS[event.key] ?? KEYS[event.key.toLowerCase()]];
        if (!action) return;
        event.preventDefault();
        action();
    }, { signal });
    addEventListener('keyup', event => {
        if (event.key === ' ') space.held = false;
    }, { signal });
}

function moveByArrow(viewer, [right, up], panning) {
    if (panning) pan(viewer, [-right * PAN_STEP, up * PAN_STEP]);
    else moveLightBy(viewer, right * LIGHT_STEP, up * LIGHT_STEP);
}

function difference(a, b) {
    return a.map((value, axis) => value - b[axis]);
}
