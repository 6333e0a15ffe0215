// What a person wants otherwise, as the server takes it: circles, and highlights by sphere and photograph.

/**
 * @typedef {{x: number, y: number}} Place
 * @typedef {{state: string, x?: number, y?: number, reason?: string}} Highlight
 * @typedef {Place & {radius: number, elongation: number, turn: number, left: number, top: number, width: number,
 *   height: number, highlights: Highlight[]}} Sphere
 * @typedef {{name: string, light: number[] | null, reason?: string, deviation: number, apart: number | null,
 *   flagged: boolean}} Photograph
 * @typedef {{title: string, lamps: string, warnings: string[], photographs: Photograph[], spheres: Sphere[],
 *   written?: string}} State
 * @typedef {{spheres: (Place & {radius: number})[], highlights: (Place | boolean | null)[][]}} Edits
 */

/** What was wanted to come to this. @param {State} state @returns {Edits} */
export function editsOf(state) {
	return {
		spheres: state.spheres.map(({ x, y, radius }) => ({ x, y, radius })),
		highlights: state.spheres.map(sphere => sphere.highlights.map(wish)),
	};
}

/** @param {Highlight} highlight @returns {Place | boolean | null} */
function wish({ state, x, y }) {
	if (state === 'rejected') return false;
	return state === 'by hand' ? { x: Number(x), y: Number(y) } : null;
}

/** Where a mark is, if there is one. @param {Highlight} found @param {Place | boolean | null} wanted @returns {Place | null} */
export function placeOf(found, wanted) {
	if (wanted === false) return null;
	if (wanted && wanted !== true) return wanted;
	return found.x === undefined || found.y === undefined ? null : { x: found.x, y: found.y };
}
