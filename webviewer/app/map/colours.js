// What the points of a map are coloured by.

// Of clusters, told apart on a dark ground by most eyes: Tol's light and bright schemes (2021), then turns of the hue.
const CLUSTERS = [
	0x77aadd, 0xee8866, 0xeedd88, 0xffaabb, 0x99ddff, 0x44bb99, 0xbbcc33, 0xaaaa00, 0xdddddd, 0x4477aa,
	0xee6677, 0x228833, 0xccbb44, 0x66ccee, 0xaa3377, 0xbbbbbb, 0xcc6677, 0x999933, 0x882255, 0x117733,
];
// Of places: what the corners of the picture are, the upper left first, row by row.
const CORNERS = [[80, 130, 255], [60, 220, 140], [235, 80, 150], [255, 200, 60]];

/** @type {(clusters: Uint8Array) => Uint8Array} */
export const byCluster = clusters => rgba(clusters.length, i => {
	const colour = CLUSTERS[clusters[i] % CLUSTERS.length];
	return [colour >> 16, colour >> 8 & 255, colour & 255];
});

/** @type {(places: Int32Array, size: number[]) => Uint8Array} */
export const byPlace = (places, [width, height]) => rgba(places.length / 2, i => {
	const [x, y] = [places[2 * i] / width, places[2 * i + 1] / height];
	const weights = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
	return [0, 1, 2].map(c => weights.reduce((sum, weight, corner) => sum + weight * CORNERS[corner][c], 0));
});

function rgba(count, colour) {
	const colours = new Uint8Array(4 * count);
	for (let i = 0; i < count; i++) colours.set([...colour(i), 255], 4 * i);
	return colours;
}
