// The map of the latent space: pixels of the image shown, laid out by how alike they look. Loaded when it is first
// asked for.

import { byCluster, byPlace } from '../../map/colours.js';
import { LatentMap } from '../../map/latent_map.js';
import { choosePixels, pixelsAt, texelAt } from '../../map/pixels.js';
import { language, t } from '../../words/words.js';
import { once } from '../once.js';
import { canvasPoint, on } from '../points.js';
import { regionOf } from '../region/region.js';
import { sidePanel } from '../side.js';
import { MapCanvas } from './canvas.js';
import { Lasso } from './lasso.js';
import { Layouts } from './layouts.js';
import { MARKUP, MOST_CLUSTERS } from './markup.js';
import { Pointed } from './pointed.js';

const AXES = 'axes';  // the layout that the page makes

const panelOf = once((viewer, parts) => new MapPanel(viewer, parts));
/** @type {(viewer: Viewer, parts: any) => void} */
export const toggleMap = (viewer, parts) => panelOf(viewer, parts).toggle();

class MapPanel {
	/** @type {LatentMap | null} */
	#map = null;
	#preferred = 'file';  // the layout, where there are two
	#wanted = '';  // the image and the layout of the map that is there, or is made
	/** @type {Uint8Array | null} */
	#clusters = null;
	#stale = true;  // whether the colours are of another light

	/** @param {Viewer} viewer */
	constructor(viewer, parts) {
		const { panel, toggle } = sidePanel(parts, parts.map, t`Map of the pixels`, MARKUP);
		panel.id = 'mapPanel';
		this.viewer = viewer;
		this.panel = panel;
		this.toggle = toggle;
		/** @type {(id: string) => any} */
		this.part = id => panel.querySelector(`#${id}`);
		this.region = regionOf(viewer, parts);
		this.layouts = new Layouts(viewer);
		this.pointed = new Pointed(viewer, parts, panel);
		this.lasso = new Lasso(viewer, this.region, sentence => this.pointed.say(sentence));
		this.canvas = new MapCanvas(this.part('mapPlot'), this.part('mapOver'), {
			pointed: (place, reach) => this.#point(place, reach),
			outlined: outline => this.#take(outline),
			drawing: () => this.#light(),
		});
		this.#connectTools();
		this.#connectViewer();
		new MutationObserver(() => {
			this.region.drawing.seenFrom('map', !panel.hidden);
			if (panel.hidden) this.pointed.say('');
			else this.#show();
		}).observe(panel, { attributeFilter: ['hidden'] });
	}

	#connectTools() {
		const { viewer, part, canvas } = this;
		part('mapColour').onchange = () => this.#colour();
		part('mapClusters').onchange = () => {
			this.#clusters = null;
			this.#colour();
		};
		part('mapLayout').onchange = ({ target }) => {
			this.#preferred = target.value;
			this.#show();
		};
		part('mapLasso').onclick = ({ target }) => { target.ariaPressed = String(canvas.lassoes = !canvas.lassoes); };
		part('mapTake').onclick = () => this.#take(canvas.outline);
		part('mapFit').onclick = () => canvas.fit();
		part('mapMiddle').onclick = () => this.#pointInPicture(viewer.store.state.canvas.map(length => length / 2));
		part('mapRegion').onclick = () => this.region.toggle();
		part('mapLoad').onclick = async () => {
			if (!await this.layouts.load()) return;
			this.#preferred = 'file';
			this.#wanted = '';
			this.#show();
		};
	}

	#connectViewer() {
		const { viewer, panel } = this;
		on(viewer, 'scene', () => panel.hidden || this.#show());
		on(viewer, 'light', () => {
			this.#stale = true;
			this.canvas.redraw();
		});
		on(viewer.canvas, 'pointermove', ({ buttons, clientX, clientY }) => {
			if (!panel.hidden && !buttons) this.#pointInPicture(canvasPoint(viewer, [clientX, clientY]));
		});
	}

	// The map of the image shown, made where it is not there.
	async #show() {
		const { scene } = this.viewer;
		if (!scene) return;
		const layout = await this.layouts.of(scene);
		const choice = this.part('mapLayout');
		choice.disabled = !layout;
		choice.value = layout ? this.#preferred : AXES;
		const wanted = `${scene.info.url} ${choice.value}`;
		if (this.#wanted === wanted && this.#map?.sheet.isThere) return this.canvas.redraw();
		this.#map?.dispose();
		this.#map = this.#clusters = null;
		this.#wanted = wanted;
		this.panel.classList.add('nothing');
		this.pointed.say(t`The pixels are being laid out …`);
		try {
			const map = layout && choice.value !== AXES
				? new LatentMap(scene, await pixelsAt(scene, layout.places), layout.points)
				: new LatentMap(scene, await choosePixels(scene));
			if (this.#wanted !== wanted) return map.dispose();
			this.#map = map;
			this.panel.classList.remove('nothing');
			await this.canvas.show(map.points);
			this.#colour();
			const count = map.count.toLocaleString(language());
			this.pointed.say(t`${count} pixels: those that look alike under all lights lie together. Point at the map or at the picture.`);
		} catch (error) {
			if (this.#wanted === wanted && scene.isThere) this.pointed.say(error.message);
		}
	}

	#colour() {
		const { part } = this;
		const map = this.#map;
		const way = part('mapColour').value;
		part('mapClusters').parentElement.hidden = way !== 'cluster';
		if (!map) return;
		if (way === 'cluster') {
			const asked = part('mapClusters').valueAsNumber || 1;
			this.#clusters ??= map.clusters(Math.round(Math.min(MOST_CLUSTERS, Math.max(1, asked))));
			this.canvas.colour(byCluster(this.#clusters));
		}
		if (way === 'place') this.canvas.colour(byPlace(map.pixels.places, map.size));
		this.#stale = true;
		this.canvas.redraw();
	}

	// Gives the points the colours that they have under the present light, before they are drawn.
	#light() {
		if (!this.#stale || !this.#map?.sheet.isThere || this.part('mapColour').value !== 'light') return;
		const { light, camera } = this.viewer.store.state;
		this.canvas.colour(this.#map.sheet.colours(light, camera));
		this.#stale = false;
	}

	// At a place of the map.
	/** @type {(place: number[], reach: number) => void} */
	#point(place, reach) {
		const map = this.#map;
		if (!map) return;
		const { index, distance } = map.nearest(place);
		const [x, y] = map.pixel(index);
		if (distance <= reach) this.#tell(index, t`Pixel ${x}, ${y}`);
		else {
			this.canvas.marked = null;
			this.pointed.show({ levels: map.texelBetween(place), place: null, told: t`No pixel lies here: this is what would` });
		}
	}

	// At a point of the viewer's canvas.
	/** @param {number[]} point */
	#pointInPicture(point) {
		const { viewer, viewer: { scene } } = this;
		const map = this.#map;
		if (!map || !scene?.isThere || scene.info.decoder !== map.decoder) return;
		const [x, y] = viewer.view.toImage(point).map(Math.floor);
		const levels = texelAt(scene, [x, y]);
		if (!levels) return;
		const index = map.mostLike(levels);
		this.#tell(index, t`Pixel ${x}, ${y} looks most like pixel ${map.pixel(index)[0]}, ${map.pixel(index)[1]}`);
		this.canvas.redraw();
	}

	#tell(index, told) {
		const map = /** @type {LatentMap} */ (this.#map);
		const { points } = map;
		this.canvas.marked = [points[2 * index], points[2 * index + 1]];
		const cluster = this.part('mapColour').value === 'cluster' && this.#clusters ? this.#clusters[index] + 1 : 0;
		const sentence = cluster ? `${told}; ${t`cluster ${cluster}`}` : told;
		this.pointed.show({ levels: map.texel(index), place: map.place(index), told: sentence });
	}

	// What lies within an outline becomes a part of the region.
	#take(outline) {
		if (this.#map) this.lasso.take(this.#map, outline);
	}
}
