// What a linear model is: each is a file beside this one, and is named in linear.js.

/**
 * What an image of a model and of so many latents is.
 *
 * @typedef {object} Size
 * @property {number} order  the highest band of HSH, the degree of PTM; 0 where there is none
 * @property {string} colorspace  Relight's name for what the latents make: rgb, lrgb or mrgb
 * @property {string} label  how the papers name it
 */

/**
 * Its every channel has the same terms of the light. One that has no terms of the light alone (rbf.js) has
 * parts of its own instead.
 *
 * @typedef {object} LinearModel
 * @property {string} name
 * @property {Record<number, Size>} sizes  by the number of latents
 * @property {(light: number[], order: number) => number[]} [terms]  of a unit vector, none larger than 2
 * @property {number} [lowest]  height (z) of a light that it can show; a lower one is shown as if it stood there
 * @property {Parts} [parts]
 */

/**
 * @typedef {object} Parts
 * @property {(decoder: any) => void} check
 * @property {(decoder: any, light: number[]) => number[][]} basis  what is added, then a weight for each latent
 * @property {(decoder: any) => number} bound  what no value on the way to colours exceeds
 */

export {};
