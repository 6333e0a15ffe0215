// A direction in numbers: the light's or the camera's azimuth and elevation, in degrees as the screen has them.

import { inDegrees, on } from '../points.js';

/** @typedef {'light' | 'camera'} Key */

const degrees = (id, name, title, most) => `<label title="${title}"><span>${name}</span>
	<input type="number" id="${id}" min="0" max="${most}" step="1" aria-label="${title}">°</label>`;

const TITLES = {
	light: ['Azimuth in degrees, counter-clockwise from the right', 'Elevation in degrees above the surface'],
	camera: ['Azimuth of the camera in degrees, counter-clockwise from the right',
		'Elevation of the camera in degrees above the surface'],
};

// The two fields.
/** @param {Key} key */
export const anglesMarkup = key => `<div class="angles">
	${degrees(`${key}Azimuth`, 'Azimuth', TITLES[key][0], 359)}
	${degrees(`${key}Elevation`, 'Elevation', TITLES[key][1], 90)}</div>`;

/** @type {(viewer: Viewer, key: Key, turn: number, height: number) => void} */
export function put(viewer, key, turn, height) {
	const [angle, radius] = [turn * Math.PI / 180, Math.cos(height * Math.PI / 180)];
	viewer.motion.turn(key, viewer.view.directionFromScreen([Math.cos(angle), Math.sin(angle)].map(at => at * radius)));
}

/** @type {(viewer: Viewer, key: Key, part: (id: string) => any) => void} */
export function connectAngles(viewer, key, part) {
	const { store } = viewer;
	const [azimuth, elevation] = [`${key}Azimuth`, `${key}Elevation`].map(part);
	const typed = () => {
		const [turn, height] = [azimuth, elevation].map(({ value }) => Number(value));
		if (azimuth.value !== '' && elevation.value !== '') put(viewer, key, turn, Math.min(90, Math.max(0, height)));
	};
	azimuth.onchange = elevation.onchange = typed;
	const show = () => {
		const [turn, height] = inDegrees(viewer.view.directionToScreen(store.state[key]));
		azimuth.value = height === 90 ? 0 : turn;
		elevation.value = height;
	};
	store.subscribe(`${key} rotation`, show);
	on(viewer, 'scene', show);
	show();
}
