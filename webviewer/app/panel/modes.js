// What the modes of reading a surface are called, and the numbers that each has.

export const MODE_NAMES = { plain: 'Photograph', normals: 'Normals', specular: 'Specular enhancement', diffuse: 'Diffuse gain', unsharp: 'Unsharp masking', evidence: 'Evidence' };

/** @type {Record<string, string[]>} */
export const MODE_NUMBERS = {
	plain: [], normals: [], specular: ['kd', 'ks', 'exponent'], diffuse: ['diffuse'], unsharp: ['radius', 'amount'], evidence: [],
};
