// Loads a relightable image: info.json, and the pictures of its planes and mask, checked.

import { parseInfo } from './decoder.js';

const MODEL_NAMES = { neural: 'NeuralRTI', disk: 'DisK' };

// Stored levels must arrive as they are: no colour management, no alpha, no turning.
const AS_STORED = { colorSpaceConversion: 'none', premultiplyAlpha: 'none', imageOrientation: 'none' };

// Returns the decoder of parseInfo, and { url, label, title }. Throws a sentence for the user.
export async function loadInfo(url) {
    const response = await fetchFile(url, 'info.json');
    if (!response.ok) throw new Error(`There is no relightable image at ${url}: ${problem(response)} for info.json.`);
    let info;
    try {
        info = JSON.parse(await response.text());
    } catch {
        throw new Error(`${name(url)}: info.json is damaged and cannot be read; write the image again.`);
    }
    try {
        const decoder = parseInfo(info);
        return { ...decoder, url, label: label(decoder), title: title(decoder) };
    } catch (error) {
        throw new Error(`${name(url)}: ${error.message}`);
    }
}

// Returns { planes, mask } as Blobs, mask null where there is none.
export async function loadPictures(info) {
    const files = await numbering(info);
    const [mask, ...planes] = await Promise.all([
        info.maskFile && loadPicture(info, [info.maskFile]),
        ...files.map(names => loadPicture(info, names)),
    ]);
    return { planes, mask };
}

// The names of the planes: from 1 where there is the last of those and no plane 0.
async function numbering({ url, planeFiles: [fromZero, fromOne] }) {
    const there = async names => {
        const answers = await Promise.all(names.map(file => fetchFile(url, file, { method: 'HEAD' })));
        return answers.some(({ ok }) => ok);
    };
    return fromOne && !await there(fromZero[0]) && await there(fromOne.at(-1)) ? fromOne : fromZero;
}

// The whole picture, or the part of it at x, y. Throws where its size is not the image's.
export async function decodePicture(info, blob, [x, y, width, height]) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(blob, AS_STORED);
    } catch {
        throw new Error(`${name(info.url)}: the picture ${blob.name} is damaged or cut short; write the image again.`);
    }
    if (bitmap.width !== info.width || bitmap.height !== info.height) {
        throw new Error(`${name(info.url)}: the picture ${blob.name} is ${bitmap.width} x ${bitmap.height} pixels, `
            + `where info.json says ${info.width} x ${info.height}; write the image again.`);
    }
    if (width === bitmap.width && height === bitmap.height) return bitmap;
    const part = await createImageBitmap(bitmap, x, y, width, height, AS_STORED);
    bitmap.close();
    return part;
}

// The first of `names` that is there; where all are missing, that is an error.
async function loadPicture(info, names) {
    for (const file of names) {
        const response = await fetchFile(info.url, file);
        if (response.ok) return Object.assign(await response.blob(), { name: file });
        if (response.status !== 404) throw new Error(`${name(info.url)}: ${problem(response)} for ${file}.`);
    }
    throw new Error(`${name(info.url)}: the picture ${names[0]} is missing; write the image again.`);
}

async function fetchFile(url, file, options) {
    try {
        return await fetch(new URL(file, address(url)), options);
    } catch {
        throw new Error(`${name(url)}: ${file} could not be fetched; is the server still running?`);
    }
}

function address(url) {
    return new URL(url.endsWith('/') ? url : `${url}/`, document.baseURI);
}

function problem({ status }) {
    return status === 404 ? 'the server found nothing' : `the server answered ${status}`;
}

// How the papers name a decoder: DisK(20), HSH(3).
function label({ provenance, units, model, order }) {
    if (model) return { ptm: 'PTM', hsh: `HSH(${order})`, rbf: 'PCA/RBF' }[model];
    return `${MODEL_NAMES[provenance.model] ?? 'Neural'}(${units})`;
}

function title({ provenance: { collection } }) {
    return typeof collection === 'string' && collection ? collection : 'Relightable image';
}

// How messages call an image: by the end of its address.
function name(url) {
    return decodeURIComponent(address(url).pathname.split('/').filter(Boolean).slice(-2).join('/')) || url;
}
