// A panel over the side of the picture, one at a time.

import { translate } from '../words/words.js';

// `button` says whether it is open. Returns the panel and what opens and closes it.
export function sidePanel({ stage, picture }, button, label, markup) {
	const panel = document.createElement('section');
	panel.className = 'side';
	panel.ariaLabel = label;
	panel.innerHTML = `<button class="close" aria-label="Close">×</button>${markup}`;
	translate(panel);
	panel.hidden = true;
	const toggle = () => {
		const opens = panel.hidden;
		if (opens) stage.querySelector('.side:not([hidden]) > .close')?.click();
		panel.hidden = !opens;
		button.ariaExpanded = String(opens);
		(opens ? panel.querySelector('select, .close') : picture).focus();
	};
	const close = /** @type {HTMLElement} */ (panel.firstChild);
	close.onclick = toggle;
	panel.onkeydown = event => {
		event.stopPropagation();  // keys are the panel's while it has the focus
		if (event.key === 'Escape') toggle();
	};
	panel.onwheel = event => event.stopPropagation();  // it scrolls the panel, or zooms what is in it
	stage.append(panel);
	return { panel, toggle };
}
