// What the modes of reading a surface are called.

export const MODE_NAMES = {
	'plain': 'Photograph', 'normals': 'Normals', 'curvature': 'Curvature', 'specular': 'Specular enhancement', 'diffuse': 'Diffuse gain',
	'multi-light': 'Multi-light, moving', 'multi-light-static': 'Multi-light, fixed', 'unsharp': 'Unsharp masking',
	'unsharp-picture': 'Image unsharp masking', 'unsharp-normals': 'Normal unsharp masking', 'evidence': 'Evidence',
};
