// Drops folders, their files or zips on the element, or picks them.

import { findImages } from '../folders/local.js';
import { t } from '../words/words.js';
import { on } from './points.js';
import { pickFiles } from './save.js';

export function connectDrop(element, viewer) {
	const { classList } = element;
	on(element, 'dragenter dragover drop', event => {
		const { type, dataTransfer: { types, items } } = event;
		if (!types.includes('Files')) return;
		event.preventDefault();
		classList.toggle('dropping', type !== 'drop');
		if (type !== 'drop') return;
		open(viewer, [...items].map(item => item.webkitGetAsEntry() ?? item.getAsFile()).filter(Boolean));
	});
	on(element, 'dragleave', ({ relatedTarget }) => element.contains(relatedTarget) || classList.remove('dropping'));
}

// For zips, the files of an image, or with `folder` a folder.
/** @param {Viewer} viewer */
export function openPicker(viewer, folder = false) {
	pickFiles({ multiple: true, webkitdirectory: folder }).then(files => open(viewer, files));
}

/** @param {Viewer} viewer */
async function open(viewer, items) {
	try {
		viewer.say(t`Reading the files …`);
		const images = await findImages(items);
		viewer.say('');
		const { image } = viewer.store.state;
		viewer.setState({ image: [...image, ...images], show: image.length }).catch(() => {});
	} catch (error) {
		viewer.say(error.message, true);
	}
}
