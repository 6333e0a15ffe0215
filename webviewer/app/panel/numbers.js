// The numbers that each mode of reading has.

/** @type {Record<string, string[]>} */
export const MODE_NUMBERS = {
	'plain': [], 'normals': [], 'curvature': ['radius', 'amount'], 'specular': ['kd', 'ks', 'exponent'], 'diffuse': ['diffuse'],
	'multi-light': ['spread', 'area'], 'multi-light-static': ['raking', 'area'], 'unsharp': ['radius', 'amount'],
	'unsharp-picture': ['radius', 'amount'], 'unsharp-normals': ['radius', 'amount'], 'evidence': [],
};
