// The folders of relightable images: on a server, or dropped on the page.

import { shortened } from '../shaders/errors.js';
import { t } from '../words/words.js';

const HTML = /^\s*<(!doctype\s+html|html|head|body)\b/i;
// Map of each dropped folder: path -> Blob, or function that reads one. They are the page's, as an address
// leads every viewer on it to the same files.
const dropped = [];

// The message is a sentence for the user; `missing` where there is no such file.
export class FileError extends Error {
	constructor(sentence, missing = false) {
		super(sentence);
		this.name = 'FileError';
		this.missing = missing;
	}
}

export const registerDropped = (name, files) => `dropped:${dropped.push(files) - 1}/${name}`;

/**
 * @param {string} address
 * @param {() => number} patience  seconds that a server may send nothing, asked with each request
 * @returns {Folder}
 */
export function openFolder(address, patience = () => 10) {
	return address.startsWith('dropped:') ? new DroppedFolder(address) : new ServedFolder(address, patience);
}

class ServedFolder {
	#address;
	#patience;
	#unanswered = new Set();  // of each request that has had no answer yet: what renews its patience

	constructor(address, patience) {
		this.url = address;
		this.#patience = patience;
		this.#address = readAddress(address);
		if (!this.#address.pathname.endsWith('/')) this.#address.pathname += '/';
		const parts = this.#address.pathname.split('/').filter(Boolean);
		this.name = shortened(readable(parts.slice(-2).join('/')) || address);
		this.title = readable(parts.at(-1) ?? this.#address.hostname);
	}

	/** @type {Folder['get']} */
	get(file, { signal } = {}) {
		return this.#ask(file, signal, async (response, heard) => {
			const { ok, status, body, headers } = response;
			// Buckets that do not list their keys answer 403.
			if ([403, 404, 410].includes(status)) throw missing(this.name, file);
			if (!ok) throw new FileError(t`${this.name}: the server answered ${status} for ${file}.`);
			const transform = (part, passed) => {
				heard();
				this.#unanswered.forEach(renew => renew());  // may be queued behind this one
				passed.enqueue(part);
			};
			const blob = await new Response(body.pipeThrough(new TransformStream({ transform })), response).blob();
			if (await isPage(blob, file)) throw missing(this.name, file);
			this.title = readable(headers.get('Raking-Folder') ?? this.title);
			return named(blob, file);
		});
	}

	// By GET: not every bucket answers HEAD.
	/** @type {Folder['has']} */
	has(file, options) {
		return this.get(file, options).then(() => true, error => {
			if (error.missing) return false;
			throw error;
		});
	}

	async #ask(file, signal, read) {
		// Names come from info.json: they must stay in the folder, whatever is in them.
		const url = new URL(file.split('/').map(encodeURIComponent).join('/'), this.#address);
		if (!url.href.startsWith(this.#address.href)) {
			throw new FileError(t`${this.name}: ${file} lies outside the image's folder; correct info.json.`);
		}
		const silence = new AbortController();
		const patience = this.#patience();
		let timer;
		const heard = () => {
			clearTimeout(timer);
			timer = setTimeout(() => silence.abort(), patience * 1000);
		};
		heard();
		this.#unanswered.add(heard);
		try {
			const signals = [silence.signal, signal].filter(Boolean);
			const answer = await fetch(url, { signal: AbortSignal.any(signals) });
			this.#unanswered.delete(heard);
			return await read(answer, heard);
		} catch (error) {
			signal?.throwIfAborted();
			if (error instanceof FileError) throw error;
			throw new FileError(silence.signal.aborted
				? t`${this.name}: the server does not answer; nothing of ${file} came for ${patience} s.`
				: url.origin === location.origin ? t`${this.name}: ${file} could not be fetched; is the server still running?`
				: t`${this.name}: ${file} could not be fetched; is that server running, and does it let this page read its files (CORS)?`);
		} finally {
			clearTimeout(timer);
			this.#unanswered.delete(heard);
			silence.abort();  // a refusal's body is not waited for
		}
	}
}

class DroppedFolder {
	#files;

	constructor(address) {
		this.url = address;
		const [, index, name] = /** @type {RegExpExecArray} */ (/^dropped:(\d*)\/?(.*)$/s.exec(address));
		this.#files = dropped[index];
		this.name = shortened(name || address);
		this.title = name.split('/').at(-1) || this.name;
	}

	/** @type {Folder['get']} */
	async get(file, { signal } = {}) {
		if (!await this.has(file, { signal })) throw missing(this.name, file);
		const entry = this.#files.get(file);
		try {
			const blob = entry instanceof Blob ? entry : await entry();
			return named(new Blob([await blob.arrayBuffer()], { type: blob.type }), file);
		} catch {
			throw new FileError(t`${this.name}: ${file} can no longer be read; open the image again.`);
		} finally {
			signal?.throwIfAborted();
		}
	}

	/** @type {Folder['has']} */
	async has(file, { signal } = {}) {
		signal?.throwIfAborted();
		if (this.#files) return this.#files.has(file);
		throw new FileError(t`${this.name} was opened from this computer before the page was loaded anew; open it again.`);
	}
}

const missing = (folder, file) => new FileError(t`${folder}: ${file} is missing; write the image again.`, true);
const named = (blob, name) => Object.assign(blob, { name });

// Many hosts answer what they do not have with a page of theirs.
async function isPage(blob, file) {
	if (blob.type.startsWith('image/')) return false;
	const start = await blob.slice(0, 256).text();
	return blob.type.startsWith('text/html') || (file.endsWith('.dzi') ? HTML : /^\s*</).test(start);
}

function readAddress(address) {
	const url = URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
	if (url && /^https?:$/.test(url.protocol)) return Object.assign(url, { search: '', hash: '' });
	const shown = JSON.stringify(shortened(address));
	throw new FileError(t`The address ${shown} cannot be opened: give an image's folder, as a path or with http or https.`);
}

function readable(path) {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}
