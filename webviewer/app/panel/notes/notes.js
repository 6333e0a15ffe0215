// The panel of notes: annotations and bookmarks, to be read, gone to, written, and played in order.

import { NOTES, bounds } from '../../renderer/image/notes.js';
import { inOwnWords, t } from '../../words/words.js';
import { change } from '../actions.js';
import { once } from '../once.js';
import { on } from '../points.js';
import { describePixels } from '../ruler.js';
import { saveFile } from '../save.js';
import { sidePanel } from '../side.js';
import { changesOf, currentSettings, startTour } from './bookmarks.js';
import { Marks } from './marks.js';
import { KINDS, MARKUP } from './markup.js';
import { Notebook, newId } from './notebook.js';

const ROOM = 0.6;  // of the canvas that a note takes at most when it is gone to

/** @typedef {import('../../renderer/image/notes.js').Note} Note */

export const notesOf = once((viewer, parts) => new NotesPanel(viewer, parts));

class NotesPanel {
	/** @type {Map<string, Notebook>} */
	#books = new Map();  // by the image's address
	#chosen = '';  // the id of the note
	/** @type {any} */
	#draft = null;
	/** @type {(selector: string) => any} */
	part = selector => this.panel.querySelector(selector);
	#listed = '';

	/** @param {Viewer} viewer */
	constructor(viewer, parts) {
		const { panel, toggle } = sidePanel(parts, parts.notes, t`Notes`, MARKUP);
		this.panel = panel;
		this.toggle = toggle;
		this.viewer = viewer;
		this.button = parts.notes;
		this.marks = new Marks(viewer, parts, index => {
			if (this.panel.hidden) this.toggle();
			this.#go(index);
			this.part(`[data-index="${index}"]`).focus();
		});
		this.acts = {
			play: () => {
				this.toggle();
				startTour(viewer, parts, this.book.notes.filter(({ settings }) => settings !== undefined));
			},
			edit: () => this.#write(this.chosen),
			remove: () => this.#try(() => this.book.remove(this.chosen)),
			earlier: () => {
				const { chosen, book, book: { notes } } = this;
				const before = notes[notes.indexOf(chosen) - 1];
				if (before) this.#try(() => book.save(chosen, before.id));
			},
			save: () => this.#save(),
			cancel: () => this.#write(null),
			download: () => {
				saveFile(this.book.blob, NOTES);
				this.book.unsaved = false;
			},
		};
		on(this.panel, 'click', ({ target, detail }) => {
			const { act, index } = target.closest('button')?.dataset ?? {};
			if (index) this.#go(index);
			else if (KINDS[act]) this.#begin(act, detail === 0);
			else this.acts[act]?.();
		});
		on(viewer, 'scene', () => this.load());
		on(window, 'focus', () => this.load());
		on(window, 'beforeunload', event => {
			if ([...this.#books.values()].some(({ unsaved }) => unsaved)) event.preventDefault();
		});
	}

	/** @returns {Notebook} */
	get book() {
		const { folder } = this.viewer.scene.info;
		const token = new URLSearchParams(location.hash.slice(1)).get('write');
		if (!this.#books.has(folder.url)) this.#books.set(folder.url, new Notebook(folder, token));
		return /** @type {any} */ (this.#books.get(folder.url));
	}

	/** @returns {any} */
	get chosen() {
		return this.book.notes.find(({ id }) => id === this.#chosen);
	}

	// What others have written meanwhile, too.
	async load() {
		if (!this.viewer.scene || !this.panel.isConnected) return;
		const { book } = this;
		await this.#try(() => book.read());
		this.part('details').open ||= Boolean(book.token);
	}

	async #begin(kind, byKey) {
		const { viewer } = this;
		if (kind === 'bookmark') return this.#write({ kind, settings: currentSettings(viewer) });
		this.#tell(t`Draw on the picture.`);
		const points = await this.marks.draw(kind, byKey);
		this.#tell('');
		if (points) this.#write({ kind, points });
	}

	// Puts a note into the editor.
	#write(note) {
		this.#draft = note && { ...note, book: this.book };  // whatever image is shown then
		const text = this.part('textarea');
		this.part('.draft').hidden = !note;
		text.value = note?.text ?? '';
		this.#show();
		(note ? text : this.part('summary')).focus();
		this.part('.draft').scrollIntoView({ block: 'nearest' });
	}

	async #save() {
		const note = { id: newId(), ...this.#draft, text: this.part('textarea').value.trim() };
		if (!note.text) return this.#tell(t`A note needs a text.`);
		if (!await this.#try(() => note.book.save(note))) return;
		this.#chosen = note.id;
		this.#write(null);
	}

	// Whether it was done; what came of it is told.
	async #try(act) {
		try {
			this.#tell(await act() ?? '');
			this.#show();
			return true;
		} catch (error) {
			this.#tell(t`That could not be done: ${await inOwnWords(error.message)}`);
			return false;
		}
	}

	#tell(text) {
		this.part('.told').textContent = text;
	}

	#go(index) {
		const { viewer, viewer: { view, store: { state: { canvas } } } } = this;
		const { id, settings, points = [] } = this.book.notes[index];
		this.#chosen = id;
		this.#show();
		if (settings !== undefined) return change(viewer, changesOf(viewer, settings));
		const ranges = bounds(points);
		const room = canvas.map((length, axis) => ROOM * length / Math.max(1, ranges[axis][1] - ranges[axis][0]));
		viewer.motion.move('view', { center: ranges.map(([from, to]) => (from + to) / 2), zoom: Math.min(view.zoom, ...room) });
	}

	#show() {
		const { book, book: { notes, token }, chosen } = this;
		const at = notes.indexOf(chosen);
		const list = this.part('ol');
		const listed = notes.map(note => this.#headed(note) + note.text).join('\n');
		if (this.#listed !== listed) {
			this.#listed = listed;
			list.replaceChildren(...notes.map((note, index) => this.#entry(note, index)));
			this.button.textContent = notes.length ? t`Notes ${notes.length}` : t`Notes`;
		}
		list.querySelector('[aria-current]')?.removeAttribute('aria-current');
		list.querySelector(`[data-index="${at}"]`)?.setAttribute('aria-current', 'true');
		const isNew = this.#draft?.book === book && !this.#draft.id;
		this.marks.show([...notes, ...isNew ? [this.#draft] : []], isNew ? notes.length : at);
		this.part('[data-act=play]').hidden = !notes.some(({ settings }) => settings !== undefined);
		for (const act of ['edit', 'remove', 'earlier']) this.part(`[data-act=${act}]`).disabled = !chosen;
		this.part('[data-act=download]').hidden = Boolean(token);
	}

	/** @param {Note} note */
	#headed({ kind, points = [] }) {
		return t(KINDS[kind]) + (kind === 'line' ? ` ${describePixels(this.viewer.scene.info, points.flat())}` : '');
	}

	// What files say is only ever set as text.
	#entry(note, index) {
		const item = document.createElement('li');
		item.innerHTML = `<button data-index="${index}"><small>${index + 1} · ${this.#headed(note)}</small><span></span></button>`;
		/** @type {any} */
		const text = item.firstChild?.lastChild;
		text.append(note.text);
		return item;
	}
}
