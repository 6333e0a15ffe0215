// What the modes of reading a surface are called, and the numbers that each has.

export const MODE_NAMES = {
	'plain': 'Photograph', 'normals': 'Normals', 'curvature': 'Curvature', 'specular': 'Specular enhancement', 'diffuse': 'Diffuse gain',
	'multi-light': 'Multi-light, moving', 'multi-light-static': 'Multi-light, fixed', 'unsharp': 'Unsharp masking',
	'unsharp-picture': 'Image unsharp masking', 'unsharp-normals': 'Normal unsharp masking', 'evidence': 'Evidence',
};

/** @type {Record<string, string[]>} */
export const MODE_NUMBERS = {
	'plain': [], 'normals': [], 'curvature': ['radius', 'amount'], 'specular': ['kd', 'ks', 'exponent'], 'diffuse': ['diffuse'],
	'multi-light': ['spread', 'area'], 'multi-light-static': ['raking', 'area'], 'unsharp': ['radius', 'amount'],
	'unsharp-picture': ['radius', 'amount'], 'unsharp-normals': ['radius', 'amount'], 'evidence': [],
};
