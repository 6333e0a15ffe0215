// Loads a relightable image: info.json, and the pictures of its planes and mask, checked.

import { shortened } from '../../shaders/errors.js';
import { parseInfo } from './info.js';
import { LONGEST_INFO } from './limits.js';
import { decodePicture as decode } from './picture.js';
import { Pyramid, halvings, parseDeepZoom } from './pyramid.js';

// `folder` has url, name, title, get(file) and has(file). planes are the names of their files; files these and
// the mask's. Throws a sentence for the user.
export async function loadInfo(folder) {
	const { url } = folder;
	const blob = await folder.get('info.json').catch(error => {
		throw error.missing ? new Error(`There is no relightable image at ${shortened(url)}: it has no info.json.`) : error;
	});
	let info;
	try {
		if (blob.size > LONGEST_INFO) throw new SyntaxError();
		info = parseInfo(await text(blob));
	} catch (error) {
		const damaged = error instanceof SyntaxError || error instanceof TypeError;
		const problem = damaged ? 'info.json is damaged and cannot be read; write the image again.' : error.message;
		throw new Error(`${folder.name}: ${problem}`);
	}
	const found = new Map();
	const planes = await findPlanes(folder, info.planeFiles, found);
	const { decoder, maskFile, title, provenance } = info;
	const { latents, units, parameters } = decoder;
	return {
		...info, url, folder, planes, found, latents, units, parameters,
		files: [...planes, maskFile].filter(Boolean),
		tiled: planes[0].endsWith('.dzi'),
		label: decoder.label(provenance.model),
		title: title?.trim() || folder.title,
	};
}

const MISSING = {
	normals: 'comes without the normals of its surface, which this way of looking needs: add them with raking convert --normals.',
	evidence: 'does not tell how far photographs support it: train it again from its photographs.',
};

// An image with a picture of it, 'normals' or 'evidence', as one more plane; as it is without a name.
export function withPicture(info, name) {
	const { folder, planes, normalsFile, evidence, maskFile } = info;
	if (!name) return info;
	const file = name === 'normals' ? normalsFile : evidence?.file;
	if (!file) throw new Error(`${folder.name} ${MISSING[name]}`);
	return { ...info, planes: [...planes, file], files: [...planes, file, maskFile].filter(Boolean) };
}

export const loadPictures = info => Promise.all(info.files.map(file => take(info, file)));

// What was fetched to find out whether it is there is not fetched again.
function take({ folder, found }, file) {
	const blob = found.get(file);
	found.delete(file);
	return blob ?? folder.get(file);
}

// Of a tiled image: { pyramid, load }, where load(place, signal) brings a tile's pictures.
export async function openTiles(info) {
	const { folder, planes, planeFiles, files, maskFile, width, height } = info;
	const [dzi, ...others] = await Promise.all(files.map(async file => {
		return parseDeepZoom(await text(await take(info, file)).catch(() => ''), `${folder.name}: ${file}`);
	}));
	if (dzi.width !== width || dzi.height !== height) {
		throw new Error(`${folder.name}: ${planes[0]} is of ${dzi.width} x ${dzi.height} pixels, where info.json says `
			+ `${width} x ${height}; write the image again.`);
	}
	const odd = 1 + others.findIndex(other => JSON.stringify(other) !== JSON.stringify(dzi));
	if (odd) {
		throw new Error(`${folder.name}: ${files[odd]} and ${planes[0]} describe different tiles; write the image again.`);
	}
	const tileFile = (file, level, { column, row }) => file.replace(/\.dzi$/, `_files/${level}/${column}_${row}.${dzi.format}`);
	// Relight counts levels from the first that fits one tile, Deep Zoom from one pixel.
	const full = halvings(width, height, 1);
	const fromOneTile = halvings(width, height, dzi.tileSize);
	const whole = planeFiles.length === 1 || await folder.has(tileFile(planes[0], full, { column: 0, row: 0 }));
	const pyramid = new Pyramid(width, height, whole ? dzi : { ...dzi, levels: 1 + fromOneTile });
	const counted = whole ? full : fromOneTile;
	const load = (place, signal) => Promise.all(files.map(async file => {
		const blob = await folder.get(tileFile(file, counted - place.level, place), { signal });
		return decodePicture(info, blob, place.outer, file !== maskFile);
	}));
	return { pyramid, load };
}

// Fails where it is not UTF-8.
const text = async blob => new TextDecoder('utf-8', { fatal: true }).decode(await blob.arrayBuffer());

// Counted from 1 where there is the last of those and no plane 0; pyramids all, or each with the ending
// that is there. Puts what it fetches into `found`.
async function findPlanes(folder, [fromZero, fromOne], found) {
	if (!fromOne) return fromZero.flat();
	const fetchFirst = async names => {
		for (const name of names) {
			const blob = await folder.get(name).catch(error => {
				if (!error.missing) throw error;
			});
			if (!blob) continue;
			found.set(name, blob);
			return name;
		}
		return null;
	};
	const first = await fetchFirst(fromZero[0]);
	const last = first ? null : await fetchFirst(fromOne.at(-1));
	const counted = last ? fromOne : fromZero;
	const ending = (first ?? last ?? counted[0][0]).split('.').at(-1);
	return Promise.all(counted.map(async names => {
		const name = names.find(each => each.endsWith(ending));
		if (ending === 'dzi' || found.has(name)) return name;
		return await fetchFirst([name, ...names.filter(each => each !== name)]) ?? name;
	}));
}

// A plane, or the mask, of a size { width, height } as an ImageBitmap.
export function decodePicture({ folder, maskFile }, blob, size, plane = blob.name !== maskFile) {
	return decode(blob, size, plane, problem => {
		throw new Error(`${folder.name}: the picture ${blob.name} is ${problem}; write the image again.`);
	});
}
