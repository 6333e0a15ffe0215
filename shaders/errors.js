// How sentences for the user quote what is not ours.

// A name or path without its middle where it is long.
export const shortened = text => text.length > 80 ? `${text.slice(0, 50)}…${text.slice(-28)}` : text;
