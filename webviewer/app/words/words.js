// The words of the interface. They stand in the code in English, and in a table of each other language beside this
// file: `de.json` has English sentences, as the code has them, with `{0}`, `{1}` for what is put in, and German ones.

const TABLES = ['de', 'es', 'fr', 'it'];
const IN_MARKUP = ['title', 'aria-label'];

// A page speaks one language, that of the first viewer on it.
let spoken = 'en';
let home = new URL('.', import.meta.url);  // where its tables are
/** @type {Record<string, string>} */
let table = {};
/** @type {Promise<void> | null} */
let begun = null;

export const language = () => spoken;

// The first of some languages that there is; English where there is none, or its table cannot be had.
/**
 * @param {string[]} wishes  as HTML writes them: de, de-AT
 * @param {URL} folder  of the page's tables
 */
export function speak(wishes, folder = home) {
	home = folder;
	return begun ??= begin(wishes.map(wish => wish.toLowerCase().split('-')[0]).find(wish => ['en', ...TABLES].includes(wish)));
}

async function begin(wanted = 'en') {
	if (!TABLES.includes(wanted)) return;
	try {
		table = await tableOf(wanted);
		spoken = wanted;
	} catch {}  // the picture matters more
}

/** @type {(name: string) => Promise<Record<string, string>>} */
export const tableOf = async name => (await fetch(new URL(`${name}.json`, home))).json();

/**
 * An English sentence in the page's language: t`Image ${number} of ${count}`, or t(sentence).
 *
 * @param {TemplateStringsArray | string} parts
 * @param {any[]} values
 */
export function t(parts, ...values) {
	const sentence = typeof parts === 'string' ? parts : parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
	return (table[sentence] ?? sentence).replace(/\{(\d)\}/g, (_, index) => values[index]);
}

// An English sentence on an image, which the page does not have itself, in its language.
/** @type {(sentence: string) => Promise<string>} */
export async function inOwnWords(sentence) {
	if (spoken === 'en') return sentence;
	const { loadProblems, told } = await import('./problems.js');
	await loadProblems();
	return told(sentence);
}

// Markup of ours, its texts and labels.
/** @param {ParentNode & Node} root */
export function translate(root) {
	if (spoken === 'en') return;
	const own = text => table[text.trim().replace(/\s+/g, ' ')];
	const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
	for (let node; (node = /** @type {Text} */ (texts.nextNode()));) {
		const [, before, text, after] = /** @type {string[]} */ (/^(\s*)(.*?)(\s*)$/s.exec(node.data));
		if (own(text)) node.data = before + own(text) + after;
	}
	for (const name of IN_MARKUP) {
		for (const element of root.querySelectorAll(`[${name}]`)) {
			const text = own(element.getAttribute(name));
			if (text) element.setAttribute(name, text);
		}
	}
}
