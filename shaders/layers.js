// How the planes of an image lie in the layers of a texture: of every four the last lies in the alphas of the three
// before it. The same as layers.py.

export const TOGETHER = 4;

export const layerCount = planes => planes - Math.floor(planes / TOGETHER);

// The layer and the channel (0 to 3) of a latent.
export function placeOf(latent) {
	const [plane, channel] = [Math.floor(latent / 3), latent % 3];
	const within = plane % TOGETHER;
	const layer = layerCount(plane - within);
	return within < TOGETHER - 1 ? [layer + within, channel] : [layer + channel, 3];
}

// Those of an image of so many latents, and of the picture after its planes where there is one.
export const layersOf = ({ latents, planes: { length } }) => layerCount(latents / 3) + length - latents / 3;
