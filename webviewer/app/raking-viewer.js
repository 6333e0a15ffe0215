// <raking-viewer src="coin/ other/">: the viewer and its controls as an element of any page. Every
// setting of an address (state/settings.js) is an attribute too. What the page has within the element is seen
// where its script does not run.

import { Seat } from './contexts.js';
import { Engine } from './gpu/engine.js';
import { awaitContext } from './gpu/gl.js';
import { createActions } from './panel/actions.js';
import { connectDrop } from './panel/drop.js';
import { connectInput } from './panel/input.js';
import { fill } from './panel/markup.js';
import { connectPanel, makeRoom } from './panel/panel.js';
import { loadTexts } from './shaders/texts.js';
import { Shelf } from './shelf.js';
import { STILL } from './state/motion.js';
import { SETTINGS, tellUnknown } from './state/settings.js';
import { Store } from './state/store.js';
import { Viewer } from './viewer.js';
import { language, speak, t, translate } from './words/words.js';

const OWN = ['src', 'standalone', ...SETTINGS];

// Until style.css is there the element has its place, and shows nothing that is not styled.
const PLACE = new CSSStyleSheet();
PLACE.replaceSync(`
	:host { display: block; height: 480px; background: #161617; }
	:host([standalone]) { position: fixed; inset: 0; height: auto; }
	#frame:not(.placed) { display: none; }`);

export class RakingViewer extends HTMLElement {
	static observedAttributes = ['src', ...SETTINGS];

	#connected;  // resolves the promise that `ready` is until the element is on a page
	#life;
	#seat;
	/** @type {Record<string, any>} */
	asked = {};  // settings, in an address's spelling, that outdo the attributes
	/** @type {Viewer | null} */
	viewer = null;

	constructor() {
		super();
		this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [PLACE];
		this.ready = new Promise(resolve => { this.#connected = resolve; });
		this.ready.catch(() => {});
	}

	connectedCallback() {
		this.#life = new AbortController();
		this.ready = this.#start(this.#life.signal);
		this.ready.catch(() => {});
		this.#connected(this.ready);
	}

	// What is seen now is seen again when the element comes back.
	disconnectedCallback() {
		this.#life.abort();
		this.#seat.leave();
		if (this.viewer?.scene) this.asked = this.viewer.state();
		this.viewer?.dispose();
		this.viewer = null;
	}

	attributeChangedCallback(name, before, text) {
		const change = name === 'src' ? { image: addresses(text), show: 0 } : { [name]: text };
		Object.keys(change).forEach(key => delete this.asked[key]);
		this.viewer?.setState(change).catch(() => {});
	}

	/** @returns {Record<string, any>} */
	#wanted() {
		const given = Object.fromEntries(SETTINGS.map(key => [key, this.getAttribute(key) ?? undefined]));
		return { ...given, image: addresses(this.getAttribute('src')), ...this.asked };
	}

	// The one asked for; else the page's around the element, or the browser's.
	get #languages() {
		const { lang } = this.#wanted();
		const around = this.hasAttribute('standalone') ? null : this.closest('[lang]')?.getAttribute('lang');
		return [lang, around, ...navigator.languages].filter(Boolean);
	}

	/** @param {AbortSignal} signal */
	async #start(signal) {
		const parts = fill(this.shadowRoot);
		const seat = this.#seat = new Seat(this, parts.still);
		if (this.hasAttribute('standalone')) parts.title.ariaLevel = 1;
		try {
			const styled = loaded(parts.style).then(async () => {
				await speak(this.#languages);
				translate(parts.frame);
				parts.frame.lang = language();
				parts.frame.classList.toggle('bare', [false, 'off', 'false'].includes(this.#wanted().ui));
				makeRoom(parts, this.#wanted().image.length);
				parts.frame.classList.add('placed');
			});
			await Promise.all([loadTexts(), styled, seat.granted]);
			await awaitContext(parts.picture);
			signal.throwIfAborted();
			const store = new Store();
			const engine = new Engine(parts.picture);
			const viewer = this.viewer = new Viewer(store, engine, new Shelf(engine, store));
			const asked = this.#wanted();
			if (STILL.matches) delete asked.orbit;  // until asked for by hand
			seat.hold(viewer);
			const actions = createActions(viewer, this, parts);
			connectPanel(viewer, parts, actions, signal);
			connectInput(viewer, this, parts, actions, signal);
			connectDrop(parts.frame, viewer);
			await followSize(viewer, parts.frame, signal);
			await viewer.setState(asked);
			const unknown = tellUnknown(unknownAttributes(this), t`the attributes of raking-viewer`);
			if (unknown) viewer.say(unknown);
		} catch (error) {
			if (!signal.aborted) {
				parts.frame.classList.add('placed');  // style.css may be what is missing
				parts.message.className = 'shown problem';
				parts.message.querySelector('p').textContent = error.message;
			}
			throw error;
		} finally {
			seat.settle();
		}
	}
}

customElements.define('raking-viewer', RakingViewer);

// Plain words that are neither ours nor HTML's: pages and frameworks mark elements in many ways.
function unknownAttributes(element) {
	const html = new Set(['class', 'is', 'role', 'part', 'slot', 'exportparts']);
	for (const name in document.createElement('i')) html.add(name.toLowerCase());
	return element.getAttributeNames().filter(
		name => /^[a-z]+$/.test(name) && !name.startsWith('item') && !OWN.includes(name) && !html.has(name));
}

function addresses(text) {
	return (text ?? '').split(/\s+/).filter(Boolean);
}

function loaded(link) {
	return new Promise((resolve, reject) => {
		link.onload = resolve;
		link.onerror = () => reject(new Error(t`The viewer's style.css could not be loaded.`));
	});
}

function followSize(viewer, frame, signal) {
	return /** @type {Promise<void>} */ (new Promise(resolve => {
		const observer = new ResizeObserver(([entry]) => {
			const [box] = entry.devicePixelContentBoxSize ?? [];
			const { width, height } = entry.contentRect;
			const size = box ? [box.inlineSize, box.blockSize]
				: [width, height].map(length => Math.round(length * devicePixelRatio));
			viewer.resize(...size.map(length => Math.max(1, length)), frame.classList.contains('bare') ? 0 : 1);
			resolve();
		});
		try {
			observer.observe(viewer.canvas, { box: 'device-pixel-content-box' });
		} catch {
			observer.observe(viewer.canvas);
		}
		signal.addEventListener('abort', () => observer.disconnect());
	}));
}
