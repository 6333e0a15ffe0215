// Two images under one light: which, how, and what stands on the picture meanwhile.

import { change } from './actions.js';
import { connectDrag, stepByKeys, on } from './points.js';

const STEPS = { ArrowLeft: -0.02, ArrowRight: 0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };

export function connectCompare(viewer, parts) {
    const { second } = parts;
    second.onchange = () => change(viewer, { with: second.selectedIndex });
    connectHandle(viewer, parts.handle);
    on(viewer, 'state scene', () => {
        second.selectedIndex = numberOfSecond(viewer);
        showNames(viewer, parts);
        showHandle(viewer, parts.handle);
        showLegend(viewer, parts);
    });
}

// The images to compare with; with two there is nothing to choose.
export function showChoice(viewer, parts, labels) {
    const { second, compare } = parts;
    compare.hidden = labels.length < 2;
    second.hidden = labels.length < 3;
    second.replaceChildren(...labels.map(text => new Option(text)));
    second.selectedIndex = numberOfSecond(viewer);
}

function numberOfSecond({ other, settings: { image, show, with: asked } }) {
    return other ? image.indexOf(other.info.url) : asked ?? (show + 1) % image.length;
}

function connectHandle(viewer, handle) {
    const put = split => {
        viewer.settings.split = Math.min(1, Math.max(0, split));
        viewer.moved();
    };
    connectDrag(handle, ([x]) => {
        const { left, width } = viewer.canvas.getBoundingClientRect();
        put((x - left) / width);
    }, true);
    stepByKeys(handle, STEPS, step => put(viewer.settings.split + step));
}

function showNames(viewer, { left, right }) {
    const { scene, other, settings: { compare } } = viewer;
    const names = scene && other ? distinct([scene.info, other.info]) : [];
    left.hidden = compare === 'off' || !names.length;
    right.hidden = left.hidden || compare !== 'split';
    const first = { split: names[0], blink: names[viewer.flipped ? 1 : 0], difference: names.join(' − ') };
    left.textContent = first[compare];
    right.textContent = names[1];
}

function showHandle({ settings: { compare, split }, other }, handle) {
    handle.hidden = compare !== 'split' || !other;
    handle.style.left = `${split * 100}%`;
    handle.ariaValueNow = Math.round(split * 100);
}

// The map is white where the images differ by a whole 255 / gain steps or more.
function showLegend({ settings: { compare, gain }, other }, { legend, steps }) {
    legend.hidden = compare !== 'difference' || !other;
    const [, middle, last] = steps.children;
    middle.textContent = Math.round(127.5 / gain);
    last.textContent = `${Math.round(255 / gain)}+`;
}

// Labels that several images share get the collection's name too.
export function distinct(infos) {
    const labels = infos.map((info, index) => info?.label ?? `Image ${index + 1}`);
    return labels.map((label, index) => labels.indexOf(label) !== labels.lastIndexOf(label)
        ? `${infos[index]?.title ?? ''} ${label}`.trim() : label);
}
