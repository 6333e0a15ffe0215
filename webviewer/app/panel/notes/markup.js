// What the panel of notes is made of.

import { LONGEST_TEXT } from '../../renderer/image/notes.js';

export const KINDS = { bookmark: 'Bookmark', point: 'Point', rectangle: 'Rectangle', outline: 'Outline', line: 'Length' };

const row = (label, buttons) => `<div role="group" aria-label="${label}" class="row">${
	Object.entries(buttons).map(([act, name]) => `<button data-act="${act}">${name}</button>`).join('')}</div>`;
export const MARKUP = `
	<h2>Notes</h2>
	<ol></ol>
	<p class="told" aria-live="polite"></p>
	${row('Tour', { play: 'Play the bookmarks' })}
	<details>
		<summary>Write</summary>
		${row('A new note', KINDS)}
		${row('The chosen note', { edit: 'Edit', remove: 'Delete', earlier: 'Move up' })}
		<div class="draft" hidden>
			<textarea aria-label="Text of the note" rows="3" maxlength="${LONGEST_TEXT}" dir="auto"></textarea>
			${row('The text', { save: 'Save', cancel: 'Cancel' })}
		</div>
		${row('All notes', { download: 'Download' })}
	</details>`;
