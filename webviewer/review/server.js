// The local server: what there is to see, and where corrections go.

/** @typedef {import('./edits.js').State} State */

const TOKEN = new URLSearchParams(location.hash.slice(1)).get('write') ?? '';

/** @returns {Promise<State>} */
export async function readState() {
	return answered(await fetch('state'));
}

/** @param {'correct' | 'accept'} what @param {import('./edits.js').Edits} edits @returns {Promise<State>} */
export async function send(what, edits) {
	const headers = { 'Raking-Token': TOKEN, 'Content-Type': 'application/json' };
	return answered(await fetch(what, { method: 'POST', headers, body: JSON.stringify(edits) }));
}

/** @param {number} sphere @param {number | null} photograph null: all in one */
export function pictureOf(sphere, photograph) {
	return `pictures/${sphere}/${photograph ?? 'all'}.jpg`;
}

/** @param {Response} response @returns {Promise<State>} */
async function answered(response) {
	if (!response.ok) throw new Error(await response.text());
	return response.json();
}
