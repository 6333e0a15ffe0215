// The panel of notes: annotations and bookmarks, to be read, gone to, written, and played in order.

import { LONGEST_TEXT, NOTES, bounds } from '../renderer/image/notes.js';
import { change } from './actions.js';
import { changesOf, currentSettings, startTour } from './bookmarks.js';
import { Marks } from './marks.js';
import { Notebook, newId } from './notebook.js';
import { on } from './points.js';
import { describePixels } from './ruler.js';
import { saveFile } from './save.js';
import { sidePanel } from './side.js';

const KINDS = { bookmark: 'Bookmark', point: 'Point', rectangle: 'Rectangle', outline: 'Outline', line: 'Length' };
const ROOM = 0.6;  // of the canvas that a note takes at most when it is gone to

const MARKUP = `
	<h2>Notes</h2>
	<ol></ol>
	<p class="told" aria-live="polite"></p>
	<button data-act="play">Play the bookmarks</button>
	<details>
		<summary>Write</summary>
		<div role="group" aria-label="A new note" class="row">${Object.entries(KINDS).map(
		([kind, name]) => `<button data-kind="${kind}">${name}</button>`).join('')}</div>
		<div role="group" aria-label="The chosen note" class="row">
			<button data-act="edit">Edit</button><button data-act="remove">Delete</button>
			<button data-act="earlier">Earlier</button><button data-act="later">Later</button>
		</div>
		<div class="draft" hidden>
			<textarea aria-label="Text of the note" rows="3" maxlength="${LONGEST_TEXT}" dir="auto"></textarea>
			<div class="row"><button data-act="save">Save</button><button data-act="cancel">Cancel</button></div>
		</div>
		<button data-act="download">Download</button>
	</details>`;

/** @type {WeakMap<Viewer, NotesPanel>} */
const panels = new WeakMap();

/** @param {Viewer} viewer */
export function notesOf(viewer, parts) {
	const panel = panels.get(viewer) ?? new NotesPanel(viewer, parts);
	panels.set(viewer, panel);
	return panel;
}

class NotesPanel {
	/** @type {Map<string, Notebook>} */
	#notebooks = new Map();  // by the image's address
	#chosen = '';  // the id of the note
	/** @type {import('../renderer/image/notes.js').Note | null} */
	#draft = null;

	/** @param {Viewer} viewer */
	constructor(viewer, parts) {
		const { panel, toggle } = sidePanel(parts, parts.notes, 'Notes', MARKUP);
		this.viewer = viewer;
		this.parts = parts;
		this.panel = panel;
		this.toggle = toggle;
		this.part = /** @type {(selector: string) => any} */ (selector => panel.querySelector(selector));
		this.list = this.part('ol');
		this.marks = new Marks(viewer, parts, index => {
			if (panel.hidden) toggle();
			this.#go(this.book.notes[index]);
			this.list.children[index].firstChild.focus();
		});
		this.#connect();
		on(viewer, 'scene', () => this.load());
		on(window, 'focus', () => this.load());
		on(window, 'beforeunload', event => {
			if ([...this.#notebooks.values()].some(({ unsaved }) => unsaved)) event.preventDefault();
		});
	}

	get book() {
		const { folder } = this.viewer.scene.info;
		const { url } = folder;
		const token = new URLSearchParams(location.hash.slice(1)).get('write');
		if (!this.#notebooks.has(url)) this.#notebooks.set(url, new Notebook(folder, token));
		return /** @type {Notebook} */ (this.#notebooks.get(url));
	}

	// What others have written meanwhile, too.
	async load() {
		const { book } = this;
		await this.#try(() => book.read());
		this.part('details').open ||= Boolean(book.token);
		this.#show();
	}

	#connect() {
		const acts = {
			play: () => startTour(this.viewer, this.parts, this.book.notes.filter(({ settings }) => settings !== undefined),
				note => this.#show(note?.id ?? '')),
			edit: () => this.#write({ ...this.chosen }),
			remove: () => this.#try(() => this.book.remove(this.chosen)),
			earlier: () => this.#move(-1),
			later: () => this.#move(1),
			save: () => this.#save(),
			cancel: () => this.#write(null),
			download: () => {
				saveFile(this.book.blob, NOTES);
				this.book.unsaved = false;
			},
		};
		on(this.panel, 'click', ({ target, detail }) => {
			const { act, kind, index } = target.closest('button')?.dataset ?? {};
			if (index) this.#go(this.book.notes[index]);
			else if (kind) this.#begin(kind, detail === 0);
			else acts[act]?.();
		});
	}

	/** @returns {any} */
	get chosen() {
		return this.book.notes.find(({ id }) => id === this.#chosen);
	}

	// By key, without a hand on the picture, a shape takes the middle of what is seen.
	async #begin(kind, byKey) {
		const { viewer, viewer: { view, store: { state: { canvas: [width, height] } } } } = this;
		const at = (x, y) => view.toImage([x * width, y * height]).map(place => +place.toFixed(1));
		const middle = kind === 'point' ? [at(0.5, 0.5)] : kind === 'line' ? [at(0.35, 0.5), at(0.65, 0.5)]
			: [at(0.35, 0.35), at(0.65, 0.35), at(0.65, 0.65), at(0.35, 0.65)];
		if (kind === 'bookmark') {
			const { left, top, right, bottom } = view.visible;
			const [w, h] = view.size;
			const points = [[Math.max(0, left), Math.max(0, top)], [Math.min(w, right), Math.min(h, bottom)]];
			return this.#write({ id: newId(), kind, text: '', own: true, points, settings: currentSettings(viewer) });
		}
		this.#tell(byKey ? '' : kind === 'point' ? 'Press the place on the picture.' : 'Draw on the picture.');
		const points = byKey ? middle : await this.marks.draw(kind);
		this.#tell('');
		if (points) this.#write({ id: newId(), kind, text: '', own: true, points });
	}

	#write(note) {
		this.#draft = note;
		this.part('.draft').hidden = !note;
		const text = this.part('textarea');
		text.value = note?.text ?? '';
		this.#show();
		(note ? text : this.part('[data-kind]')).focus();
	}

	async #save() {
		const note = { .../** @type {any} */ (this.#draft), text: this.part('textarea').value.trim() };
		if (!note.text) return this.#tell('A note needs a text.');
		if (!await this.#try(() => this.book.save(note))) return;
		this.#chosen = note.id;
		this.#write(null);
	}

	async #move(step) {
		const { chosen, book: { notes } } = this;
		const at = notes.findIndex(note => note === chosen);
		const [first, second] = step < 0 ? [at - 1, at] : [at, at + 1];
		const [earlier, later] = [notes[first], notes[second]];
		if (at < 0 || !earlier || !later) return;
		await this.#try(() => this.book.save(later, earlier.id));
	}

	// Whether it was done; what came of it is told.
	async #try(act) {
		try {
			this.#tell(await act() ?? '');
			this.#show();
			return true;
		} catch (error) {
			this.#tell(`The notes could not be ${error.message.includes('fetch') ? 'reached' : 'used'}: ${error.message}`);
			return false;
		}
	}

	#tell(text) {
		this.part('.told').textContent = text;
	}

	#go(note) {
		const { viewer, viewer: { view, store: { state: { canvas } } } } = this;
		this.#show(note.id);
		if (note.settings !== undefined) return change(viewer, changesOf(viewer, note.settings));
		const ranges = bounds(note.points);
		const room = canvas.map((length, axis) => ROOM * length / Math.max(1, ranges[axis][1] - ranges[axis][0]));
		viewer.motion.move('view', { center: ranges.map(([from, to]) => (from + to) / 2), zoom: Math.min(view.zoom, ...room) });
	}

	#show(id = this.#chosen) {
		this.#chosen = id;
		const { book: { notes }, list, chosen, parts: { notes: button } } = this;
		const texts = notes.map(note => `${note.kind} ${this.#measured(note)}${note.text}`);
		if (this.told !== texts.join('\n')) {
			this.told = texts.join('\n');
			list.replaceChildren(...notes.map((note, index) => this.#entry(note, index)));
			button.textContent = notes.length ? `Notes ${notes.length}` : 'Notes';
		}
		[...list.children].forEach(({ firstChild: entry }, index) => {
			entry.ariaCurrent = notes[index] === chosen ? 'true' : null;
		});
		const drawn = notes.map(note => note.settings === undefined ? note : { ...note, points: undefined });
		this.marks.show(this.#draft?.settings === undefined && this.#draft ? [...drawn, this.#draft] : drawn,
			this.#draft ? drawn.length : notes.findIndex(note => note === chosen));
		this.part('[data-act=play]').hidden = !notes.some(({ settings }) => settings !== undefined);
		for (const act of ['edit', 'remove', 'earlier', 'later']) this.part(`[data-act=${act}]`).disabled = !chosen?.own;
		this.part('[data-act=download]').hidden = Boolean(this.book.token);
	}

	/** @param {import('../renderer/image/notes.js').Note} note */
	#measured({ kind, points = [] }) {
		return kind === 'line' ? `${describePixels(this.viewer.scene.info, points.flat())} ` : '';
	}

	// What files say is only ever set as text.
	#entry(note, index) {
		const item = document.createElement('li');
		item.innerHTML = `<button data-index="${index}"><small>${KINDS[note.kind]}</small><span></span></button>`;
		/** @type {Element} */ (item.querySelector('span')).textContent = this.#measured(note) + note.text;
		return item;
	}
}
