// The modes of reading a surface, and what their numbers may be: the same as in shaders/look.py.

export const MODES = ['plain', 'normals', 'curvature', 'specular', 'diffuse', 'multi-light', 'multi-light-static', 'unsharp', 'unsharp-picture', 'unsharp-normals', 'evidence'];

// The least and the largest value of each number, and its first.
export const RANGES = {
	exposure: [-6, 6, 0],
	gamma: [0.2, 5, 1],
	saturation: [0, 4, 1],
	kd: [0, 2, 0.4],
	ks: [0, 2, 0.7],
	exponent: [1, 150, 75],
	diffuse: [1, 10, 3],
	radius: [0.5, 20, 3],
	amount: [0, 5, 1],
	spread: [0, 90, 60],
	raking: [5, 80, 25],
	area: [0.5, 20, 6],
	red: [0, 2, 1],
	green: [0, 2, 1],
	blue: [0, 2, 1],
	second: [0, 2, 0],
	azimuth2: [0, 360, 135],
	elevation2: [0, 90, 30],
};
