// The shaders' texts, which lie beside this file: loaded once, before anything is drawn, but for those that are
// needed later.

const FILES = [
	'activation.jinja', 'baked.glsl.jinja', 'cover.glsl.jinja', 'decode.jinja', 'linear.jinja', 'look.jinja', 'polynomial_exp.jinja',
	'alphas.glsl', 'difference.glsl', 'on_or_off.glsl', 'place.glsl', 'present.glsl.jinja', 'reduce.glsl',
];
const texts = new Map();

/**
 * @param {string[]} files
 * @param {(file: string) => string | Promise<string>} read  brings the text of a file of this folder
 */
export async function loadTexts(files = FILES, read = fetchText) {
	await Promise.all(files.map(async file => texts.has(file) || texts.set(file, await read(file))));
}

export function shaderText(file) {
	if (!texts.has(file)) throw new Error(`The shader ${file} was not loaded.`);
	return texts.get(file);
}

async function fetchText(file) {
	const response = await fetch(new URL(file, import.meta.url));
	if (!response.ok) throw new Error(`The shader ${file} could not be loaded (${response.status}).`);
	return response.text();
}
