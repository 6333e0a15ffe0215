// The notes on one image: read, changed one at a time, and written by the server where it lets us.

import { NOTES, parsePage, readNotes, writeNote } from '../../renderer/image/notes.js';
import { t } from '../../words/words.js';

export class Notebook {
	/** @type {Record<string, any> & { items: any[] }} */
	#page = { '@context': 'http://www.w3.org/ns/anno.jsonld', id: NOTES, type: 'AnnotationPage', items: [] };
	/** @type {import('../../renderer/image/notes.js').Note[]} */
	notes = [];
	unsaved = false;

	/**
	 * @param {Folder} folder
	 * @param {string | null} token  of who may write
	 */
	constructor(folder, token) {
		this.folder = folder;
		this.token = folder.url.startsWith('dropped:') ? null : token;
	}

	async read() {
		if (this.unsaved) return;
		const blob = await this.folder.get(NOTES).catch(error => {
			if (!error.missing) throw error;
		});
		if (blob) this.#take(await blob.text());
	}

	/**
	 * Resolves to a sentence on what came of it, where there is something to be said.
	 *
	 * @param {import('../../renderer/image/notes.js').Note} note
	 * @param {string} [before]  the id of the note that it comes in front of
	 */
	async save(note, before) {
		const item = writeNote(note);
		if (!this.token) return this.#keep(note.id, item, before);
		if (await this.#send('PUT', item.id, note.version, item, before)) return t`Saved.`;
		// Someone else was faster: neither's is lost.
		const copy = { ...item, id: newId() };
		await this.#send('PUT', copy.id, undefined, copy);
		return t`This note was changed elsewhere meanwhile: both are kept.`;
	}

	/** @param {import('../../renderer/image/notes.js').Note} note */
	async remove({ id, version }) {
		if (!this.token) return this.#keep(id);
		return await this.#send('DELETE', id, version) ? t`Deleted.`
			: t`This note was changed elsewhere meanwhile, so it stays.`;
	}

	get blob() {
		return new Blob([JSON.stringify(this.#page, null, 1), '\n'], { type: 'application/json' });
	}

	#take(text) {
		this.#page = parsePage(text);
		this.notes = readNotes(this.#page);
	}

	// In this page alone, until it is saved as a file.
	#keep(id, item, before) {
		const { items } = this.#page;
		const at = items.findIndex(other => other.id === (before ?? id));
		const others = items.filter(other => other.id !== id);
		if (item) others.splice(at < 0 ? others.length : at, 0, item);
		this.#take(JSON.stringify({ ...this.#page, items: others }));
		this.unsaved = true;
		return t`Kept until this page is closed: Download saves it.`;
	}

	// Whether it was done; not where the note is another by now.
	async #send(method, id, version, item, before) {
		const url = new URL(`${this.folder.url.replace(/\/?$/, '/')}${NOTES}/${id}`, document.baseURI);
		if (before) url.searchParams.set('before', before);
		const headers = { 'Raking-Token': this.token ?? '', ...version !== undefined && { 'If-Match': version } };
		const response = await fetch(url, { method, headers, body: item && JSON.stringify(item) });
		const text = await response.text();
		if (!response.ok && response.status !== 412) throw new Error(text);
		this.#take(text);
		return response.ok;
	}
}

export const newId = () => `urn:uuid:${crypto.randomUUID()}`;
