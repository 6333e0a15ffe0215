// What reaches a user: sentences, and how they quote what is not ours.

// A sentence on what is wrong, or a clause for one.
export class RakingError extends Error {}

export function check(holds, problem) {
	if (!holds) throw new RakingError(problem);
}

// A name or path without its middle where it is long.
export const shortened = text => text.length > 80 ? `${text.slice(0, 50)}…${text.slice(-28)}` : text;
