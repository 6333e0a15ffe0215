// The numbers that each mode of reading has, where it has any.

const SHARPEN = ['radius', 'amount'];

/** @type {Record<string, string[]>} */
export const MODE_NUMBERS = {
	'curvature': SHARPEN, 'specular': ['kd', 'ks', 'exponent'], 'diffuse': ['diffuse'], 'multi-light': ['spread', 'area'],
	'multi-light-static': ['raking', 'area'], 'unsharp': SHARPEN, 'unsharp-picture': SHARPEN, 'unsharp-normals': SHARPEN,
};
