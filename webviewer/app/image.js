// Loads a relightable image: info.json, and the pictures of its planes and mask, checked.

import { parseInfo } from './decoder.js';
import { openFolder } from './files.js';
import { Pyramid, halvings, parseDeepZoom } from './pyramid.js';

const MODEL_NAMES = { neural: 'NeuralRTI', disk: 'DisK' };

// Stored levels must arrive as they are: no colour management, no alpha, no turning.
const AS_STORED = { colorSpaceConversion: 'none', premultiplyAlpha: 'none', imageOrientation: 'none' };

// Returns the decoder of parseInfo, and { url, folder, label, title, planes, tiled }: planes are the
// names of the files that hold them. Throws a sentence for the user.
export async function loadInfo(url) {
    const folder = openFolder(url);
    let info;
    try {
        info = JSON.parse(await (await folder.get('info.json')).text());
    } catch (error) {
        if (error.missing) throw new Error(`There is no relightable image at ${url}: it has no info.json.`);
        if (!(error instanceof SyntaxError)) throw error;
        throw new Error(`${folder.name}: info.json is damaged and cannot be read; write the image again.`);
    }
    let decoder;
    try {
        decoder = parseInfo(info);
    } catch (error) {
        throw new Error(`${folder.name}: ${error.message}`);
    }
    const planes = await findPlanes(folder, decoder.planeFiles);
    const tiled = planes[0].endsWith('.dzi');
    return { ...decoder, url, folder, planes, tiled, label: label(decoder), title: title(decoder) };
}

// Returns { planes, mask } as Blobs, mask null where there is none.
export async function loadPictures({ folder, planes, maskFile }) {
    const [mask, ...pictures] = await Promise.all([maskFile && folder.get(maskFile), ...planes.map(file => folder.get(file))]);
    return { planes: pictures, mask };
}

// Of a tiled image: { pyramid, load }, where load(place, signal) brings a tile as { planes, mask }.
export async function openTiles({ folder, planes, planeFiles, maskFile, width, height }) {
    const dzi = parseDeepZoom(await (await folder.get(planes[0])).text(), `${folder.name}: ${planes[0]}`);
    if (dzi.width !== width || dzi.height !== height) {
        throw new Error(`${folder.name}: ${planes[0]} is of ${dzi.width} x ${dzi.height} pixels, where info.json says `
            + `${width} x ${height}; write the image again.`);
    }
    const tileFile = (file, number, { column, row }) => file.replace(/\.dzi$/, `_files/${number}/${column}_${row}.${dzi.format}`);
    // Relight counts levels from the first that fits one tile, Deep Zoom from one pixel.
    const full = halvings(width, height, 1);
    const fromOneTile = halvings(width, height, dzi.tileSize);
    const whole = planeFiles[0][0].length === 1 || await folder.has(tileFile(planes[0], full, { column: 0, row: 0 }));
    const pyramid = new Pyramid(width, height, whole ? dzi : { ...dzi, levels: 1 + fromOneTile });
    const counted = whole ? full : fromOneTile;
    const load = async (place, signal) => {
        const files = [...planes, maskFile].map(file => file && tileFile(file, counted - place.level, place));
        const bitmaps = await Promise.all(files.map(file => file && loadTile(folder, file, place.outer, signal)));
        return { planes: bitmaps.slice(0, -1), mask: bitmaps.at(-1) };
    };
    return { pyramid, load };
}

async function loadTile(folder, file, { width, height }, signal) {
    return decodeChecked(folder, await folder.get(file, { signal }), width, height);
}

// The names of the planes: from 1 where there is the last of those and no plane 0; each with the
// ending that is there.
async function findPlanes(folder, [fromZero, fromOne]) {
    if (fromZero.every(names => names.length === 1)) return fromZero.flat();
    const find = async names => {
        const there = await Promise.all(names.map(file => folder.has(file)));
        return names[there.indexOf(true)];
    };
    const counted = !await find(fromZero[0]) && await find(fromOne.at(-1)) ? fromOne : fromZero;
    return Promise.all(counted.map(async names => await find(names) ?? names[0]));
}

// The whole picture, or the part of it at x, y. Throws where its size is not the image's.
export async function decodePicture(info, blob, [x, y, width, height]) {
    const bitmap = await decodeChecked(info.folder, blob, info.width, info.height);
    if (width === bitmap.width && height === bitmap.height) return bitmap;
    const part = await createImageBitmap(bitmap, x, y, width, height, AS_STORED);
    bitmap.close();
    return part;
}

async function decodeChecked(folder, blob, width, height) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(blob, AS_STORED);
    } catch {
        throw new Error(`${folder.name}: the picture ${blob.name} is damaged or cut short; write the image again.`);
    }
    if (bitmap.width === width && bitmap.height === height) return bitmap;
    throw new Error(`${folder.name}: the picture ${blob.name} is ${bitmap.width} x ${bitmap.height} pixels, `
        + `where ${width} x ${height} are needed; write the image again.`);
}

// How the papers name a decoder: DisK(20), HSH(3).
function label({ provenance, units, model, order, lrgb }) {
    if (model) return { ptm: lrgb ? 'PTM(LRGB)' : 'PTM', hsh: `HSH(${order})`, rbf: 'PCA/RBF' }[model];
    return `${MODEL_NAMES[provenance.model] ?? 'Neural'}(${units})`;
}

function title({ provenance: { collection } }) {
    return typeof collection === 'string' && collection ? collection : 'Relightable image';
}
