// What stands around the picture: title, choice of image, switches, read-out and messages.

import { connectDome } from './dome.js';
import { change, fit, showPixels, zoomIn, zoomOut } from './input.js';

const READ_OUT_INTERVAL = 200;      // milliseconds
const MESSAGE_TIME = 8000;          // milliseconds
const BUTTONS = { zoomIn, zoomOut, fit, showPixels };
const SWITCHES = ['tiling', 'adaptive', 'orbit'];

const find = id => document.getElementById(id);

export function connectPanel(viewer) {
    connectDome(viewer);
    connectButtons(viewer);
    connectSwitches(viewer);
    connectMessages(viewer);
    connectReadOut(viewer);
    connectHelp();
    viewer.addEventListener('state', () => {
        document.body.classList.toggle('bare', !viewer.settings.ui);
    });
    viewer.addEventListener('scene', () => showImages(viewer));
}

function connectButtons(viewer) {
    for (const [id, action] of Object.entries(BUTTONS)) {
        find(id).addEventListener('click', () => action(viewer));
    }
}

function connectSwitches(viewer) {
    for (const key of SWITCHES) {
        find(key).addEventListener('click', () => change(viewer, { [key]: !viewer.settings[key] }));
    }
    viewer.addEventListener('state', () => SWITCHES.forEach(key => {
        find(key).setAttribute('aria-pressed', viewer.settings[key]);
    }));
}

// A problem stays until something is done about it; other messages go by themselves.
function connectMessages(viewer) {
    const message = find('message');
    let timer;
    viewer.addEventListener('message', ({ detail: { text, problem } }) => {
        clearTimeout(timer);
        if (!problem) timer = setTimeout(() => { message.hidden = true; }, MESSAGE_TIME);
        message.textContent = text;
        message.classList.toggle('problem', problem);
        message.hidden = !text;
    });
}

function connectHelp() {
    find('helpButton').addEventListener('click', () => find('help').showModal());
    find('help').addEventListener('click', event => {
        if (event.target === find('help')) find('help').close();
    });
}

// One button per image. Their labels come from files, so they are only ever set as text.
async function showImages(viewer) {
    const { image, show } = viewer.settings;
    const { title, label } = viewer.scene.info;
    find('title').textContent = title;
    document.title = `${title} · ${label}`;
    const infos = await Promise.all(image.map(url => viewer.loadInfo(url).catch(() => null)));
    const labels = distinct(infos.map((info, index) => info?.label ?? `Image ${index + 1}`), infos);
    find('images').replaceChildren(...labels.map((text, index) => {
        const button = document.createElement('button');
        button.textContent = text;
        button.setAttribute('aria-pressed', index === show);
        button.addEventListener('click', () => change(viewer, { show: index }));
        return button;
    }));
}

// Labels that several images share get the collection's name too.
function distinct(labels, infos) {
    return labels.map((label, index) => labels.indexOf(label) !== labels.lastIndexOf(label)
        ? `${infos[index]?.title ?? ''} ${label}`.trim() : label);
}

function connectReadOut(viewer) {
    let latest = null;
    let timer = null;
    viewer.addEventListener('scene', () => { latest = null; });
    const write = () => {
        timer = null;
        find('time').textContent = describeFrame(latest);
        find('renderer').textContent = viewer.info().renderer;
        find('renderer').title = viewer.info().renderer;
        find('zoom').textContent = `${Math.round(viewer.view.zoom * 100)} %`;
    };
    viewer.addEventListener('frame', ({ detail: frame }) => {
        // A frame that decodes nothing does not replace the time of one that did.
        if (!latest) latest = { ...frame, first: true };
        else latest = frame.pixels ? frame : { ...latest, scale: frame.scale };
        timer ??= setTimeout(write, READ_OUT_INTERVAL);
    });
}

// The first frame's time is left out: it is mostly the driver's, for making the shader.
function describeFrame({ first, interval, pixels, scale }) {
    const time = first ? '' : `${interval.toFixed(interval < 10 ? 1 : 0)} ms · `;
    const resolution = scale >= 1 ? 'full resolution' : `${Math.round(scale * 100)} % resolution`;
    return `${time}${(pixels / 1e6).toFixed(2)} Mpx · ${resolution}`;
}
