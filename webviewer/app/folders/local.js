// Images among files of this computer: in folders, loose, or in zips. Nothing is uploaded.

import { t } from '../words/words.js';
import { registerDropped } from './files.js';

const IGNORED = /(^|\/)(\.|__MACOSX\/)/;
const ZIP = /^[^/]+\.zip$/i;
const STORED_OR_DEFLATED = [0, 8];

// The addresses of the images in files and in entries of a file system.
export async function findImages(items) {
	const loose = new Map();
	const images = [];
	for (const item of items) {
		if (item.isDirectory || !ZIP.test(pathOf(item))) await list(item, loose);
		else images.push(...register(await readZip(await fileOf(item)), item.name.slice(0, -'.zip'.length)));
	}
	images.push(...register(loose, t`Files`));
	if (images.length) return images;
	throw new Error(t`There is no relightable image in this: open a folder that holds info.json and its pictures, or a zip of it.`);
}

// Every folder with an info.json is an image; `name` is for one that has no folder.
function register(files, name) {
	const paths = [...files.keys()].filter(path => !IGNORED.test(path));
	return paths.filter(path => /(^|\/)info\.json$/.test(path)).sort().map(info => {
		const folder = info.slice(0, -'info.json'.length);
		const own = paths.filter(path => path.startsWith(folder));
		return registerDropped(folder.split('/').filter(Boolean).slice(-2).join('/') || name,
			new Map(own.map(path => [path.slice(folder.length), files.get(path)])));
	});
}

async function list(item, files) {
	if (!item.isDirectory) {
		files.set(pathOf(item), item instanceof File ? item : () => fileOf(item));
		return;
	}
	const reader = item.createReader();
	const next = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
	for (let batch; (batch = await next()).length;) {
		for (const entry of batch) await list(entry, files);
	}
}

// The entries of a zip, inflated when they are asked for.
async function readZip(file) {
	const { unzipRaw } = await import('../vendor/unzipit.module.js');
	let entries;
	try {
		({ entries } = await unzipRaw(file));
	} catch {
		throw new Error(t`${file.name} cannot be read: it is damaged, or no zip file; make it again.`);
	}
	if (entries.some(entry => entry.encrypted || !STORED_OR_DEFLATED.includes(entry.compressionMethod))) {
		throw new Error(t`${file.name} is encrypted, or packed in a way that this page cannot read; unpack it and open the folder.`);
	}
	return new Map(entries.map(entry => [entry.name.replaceAll('\\', '/'), () => entry.blob()]));
}

const pathOf = item => item.fullPath?.slice(1) || item.webkitRelativePath || item.name;
const fileOf = async item => item instanceof File ? item : new Promise((resolve, reject) => item.file(resolve, reject));
