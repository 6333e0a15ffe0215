// Affine transforms of the plane: [a, b, c, d, e, f] takes (x, y) to (a x + c y + e, b x + d y + f).

/** @type {(transform: Transform, point: number[]) => number[]} */
export const apply = ([a, b, c, d, e, f], [x, y]) => [a * x + c * y + e, b * x + d * y + f];

// First `n`, then `m`.
/** @type {(m: Transform, n: Transform) => Transform} */
export const compose = (m, n) => [
	m[0] * n[0] + m[2] * n[1], m[1] * n[0] + m[3] * n[1],
	m[0] * n[2] + m[2] * n[3], m[1] * n[2] + m[3] * n[3],
	...apply(m, n.slice(4)),
];

/** @type {(transform: Transform) => Transform} */
export const invert = ([a, b, c, d, e, f]) => {
	const determinant = a * d - b * c;
	const inverse = [d, -b, -c, a].map(value => value / determinant);
	return [...inverse, -(inverse[0] * e + inverse[2] * f), -(inverse[1] * e + inverse[3] * f)];
};

export const scaling = (x, y = x) => [x, 0, 0, y, 0, 0];
export const translation = (x, y) => [1, 0, 0, 1, x, y];
