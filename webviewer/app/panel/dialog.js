// A dialog of its own, within the element.

import { translate } from '../words/words.js';

export function createDialog(frame, id, markup) {
	const dialog = document.createElement('dialog');
	dialog.id = id;
	dialog.innerHTML = `<form method="dialog"><button aria-label="Close">×</button></form><h2 id="${id}Title"></h2>${markup}`;
	translate(dialog);
	dialog.setAttribute('aria-labelledby', `${id}Title`);
	dialog.onclick = ({ target }) => {
		if (target === dialog) dialog.close();
	};
	frame.append(dialog);
	return dialog;
}
