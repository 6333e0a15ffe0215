// Multi-light: each place is lit from where its relief shows best. The same as renderer/gpu/fan.py, which has the
// formulas; loaded when its modes are first asked for.

import { createTexture } from './gl.js';
import { readLevels } from './levels.js';
import { partsOf } from './parts.js';
import { PRODUCTS, Places, TERMS } from './places.js';

const LIGHTS = 7;  // of a fan
const LONGEST = 1024;  // pixels: of the first level that is no longer
const CELL = 8;  // of its pixels: a place of the grid
const UPPER_LEFT = 135;  // degrees: whence relief is expected to be lit
const QUARTER = 90;

/**
 * What a decoder is told of the lights of a fan, about the present light or, of the static mode, about the upper left.
 *
 * @param {Look} look
 * @param {number[]} conditions  x and y of the light, and before them those of the view where there is one
 */
export function fanOf({ mode, spread, raking }, conditions) {
	const [view, [x, y]] = [conditions.slice(0, -2), conditions.slice(-2)];
	const radians = degrees => degrees * Math.PI / 180;
	const [azimuth, radius, aside] = mode === 'multi-light-static' ? [radians(UPPER_LEFT), Math.cos(radians(raking)), QUARTER]
		: [Math.atan2(y, x), Math.hypot(x, y), spread];
	return Array.from({ length: LIGHTS }, (_, k) => {
		const angle = azimuth + radians(aside * (2 * k / (LIGHTS - 1) - 1));
		return [...view, radius * Math.cos(angle), radius * Math.sin(angle)].map(Math.fround);
	});
}

/**
 * @param {Scene} scene  with its normals
 */
export async function openFan(scene) {
	const { context: { gl }, pyramid } = scene;
	const isLong = level => Math.max(...pyramid.size(level)) > LONGEST;
	let [level, cell] = [0, CELL];
	while (level < pyramid.levels - 1 && isLong(level)) level++;
	// Without tiling there is the full size alone.
	for (let coarser = level; isLong(coarser); coarser++) cell *= 2;
	const [columns, rows] = pyramid.size(level).map(length => Math.ceil(length / cell));
	const moments = Array.from({ length: TERMS }, () => new Float64Array(columns * rows));
	for (const place of pyramid.tiles(level)) {
		await scene.withTile(place, tile => {
			const { layers: [levels], mask } = readLevels(gl, tile, [tile.layers - 1], tile.inner);
			const { x, y, width, height } = tile.inner;
			for (let i = 0; i < width * height; i++) {
				const at = Math.floor((y + Math.floor(i / width)) / cell) * columns + Math.floor((x + i % width) / cell);
				const on = mask ? mask[4 * i] / 255 : 1;
				const n = [0, 1, 2].map(c => levels[4 * i + c] / 127.5 - 1);
				moments[0][at] += on;
				n.forEach((value, c) => { moments[1 + c][at] += on * value; });
				PRODUCTS.forEach(([a, b], k) => { moments[4 + k][at] += on * n[a] * n[b]; });
			}
		});
	}
	return new Fan(gl, cell * 2 ** level, new Places(columns, rows, moments));
}

// Draws pictures whose places are lit by lights of a fan.
export class Fan {
	#known = '';  // what the texture is for

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {number} side  image pixels of a place of the grid
	 * @param {Places} places
	 */
	constructor(gl, side, places) {
		this.gl = gl;
		this.side = side;
		this.places = places;
		this.texture = createTexture(gl, gl.R32F, places.columns, places.rows);
	}

	/**
	 * What draws the sum of a tile's pictures under the lights of a fan onto an area of a target.
	 *
	 * @param {UniformAt} at
	 * @param {Look} look
	 * @param {number[]} conditions
	 * @param {(conditions: number[]) => Float32Array | number[]} valuesOf  what the shader is given of a light
	 * @returns {DrawSum}
	 */
	sum(at, look, conditions, valuesOf) {
		const { gl, side, places, texture } = this;
		const values = this.#choose(look, conditions).map(valuesOf);
		gl.uniform1i(at('grid'), 1);
		return ({ outer, level }, area, steps, first) => {
			const texel = 2 ** level / side;  // in the grid
			const [x, y] = [outer.x, outer.y].map(start => (start + 0.5) * texel - 0.5);
			const axes = [x, y].map((start, i) => ({ start: start + first[i] * texel, step: steps[i] * texel }));
			gl.activeTexture(gl.TEXTURE1);
			gl.bindTexture(gl.TEXTURE_2D, texture);
			gl.activeTexture(gl.TEXTURE0);
			gl.clearColor(0, 0, 0, 0);
			gl.clear(gl.COLOR_BUFFER_BIT);
			gl.enable(gl.BLEND);
			gl.blendFunc(gl.ONE, gl.ONE);
			partsOf(places, LIGHTS, area, axes, texel).forEach((parts, number) => {
				gl.uniform4fv(at('frame'), values[number]);
				gl.uniform4f(at('grid_place'), x, y, texel, number);
				for (const [left, top, width, height] of parts) {
					gl.scissor(left, top, width, height);
					gl.drawArrays(gl.TRIANGLES, 0, 3);
				}
			});
			gl.disable(gl.BLEND);
		};
	}

	dispose() {
		this.gl.deleteTexture(this.texture);
	}

	// The lights of a look's fan; the choice among them is made.
	#choose(look, conditions) {
		const { gl, places, places: { columns, rows } } = this;
		const fan = fanOf(look, conditions);
		const known = `${fan} ${look.area}`;
		if (known === this.#known) return fan;
		this.#known = known;
		places.choose(fan.map(each => each.slice(-2)), look.area);
		gl.bindTexture(gl.TEXTURE_2D, this.texture);
		gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 0);
		gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
		gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl.RED, gl.FLOAT, places.chosen);
		return fan;
	}
}
