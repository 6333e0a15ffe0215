// What the modes of reading a surface are called.

export const MODE_NAMES = { plain: 'Photograph', normals: 'Normals', specular: 'Specular enhancement', diffuse: 'Diffuse gain', unsharp: 'Unsharp masking', evidence: 'Evidence' };
