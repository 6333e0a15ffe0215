// What is known of the object, and of its image: a dialog, made when it is asked for.

const NAMES = { number: 'Object number', maker: 'Maker', date: 'Date', credit: 'Credit', licence: 'Licence' };
const SINGLE = /^[A-Za-z0-9.-]+$/;  // a licence that SPDX has a page on

/** @param {Viewer} viewer */
export function openFacts({ scene }, { frame }) {
	if (!scene) return;
	const { title, label, facts, width, height, pixelSize, lights } = scene.info;
	const millimetres = pixelSize ? `, ${[width, height].map(length => Math.round(length * pixelSize)).join(' × ')} mm` : '';
	const dialog = document.createElement('dialog');
	dialog.id = 'about';
	dialog.setAttribute('aria-labelledby', 'aboutTitle');
	dialog.innerHTML = `<form method="dialog"><button aria-label="Close">×</button></form>
		<h2 id="aboutTitle"></h2><p></p><dl></dl>`;
	const [, heading, description, list] = /** @type {any[]} */ ([...dialog.children]);
	heading.textContent = title;
	description.textContent = facts.description ?? '';
	const told = [
		...Object.entries(NAMES).map(([key, name]) => [name, facts[key]]),
		['Image', `${label}, ${width} × ${height} pixels${millimetres}${lights ? `, ${lights.length} photographs` : ''}`],
	];
	for (const [name, text] of told.filter(([, text]) => text)) {
		const [term, value] = ['dt', 'dd'].map(tag => list.appendChild(document.createElement(tag)));
		term.textContent = name;
		value.textContent = text;
		if (name === NAMES.licence && SINGLE.test(text) && !text.startsWith('LicenseRef')) {
			value.innerHTML = '<a target="_blank" rel="noopener license"></a>';
			Object.assign(value.firstChild, { textContent: text, href: `https://spdx.org/licenses/${text}.html` });
		}
	}
	dialog.onclick = ({ target }) => target === dialog && dialog.close();
	dialog.onclose = () => dialog.remove();
	frame.append(dialog);
	dialog.showModal();
}
