// Saves files on this computer, and picks some of them.

const KEPT = 60000;  // milliseconds until the file is let go

export function saveFile(blob, name) {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(blob);
	link.download = name.replace(/[^\p{L}\p{N}().,-]+/gu, '_');
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
	return link.download;
}

// Resolves when some were picked.
/** @type {(how: any) => Promise<File[]>} */
export const pickFiles = how => new Promise(resolve => {
	const input = Object.assign(document.createElement('input'), { type: 'file', ...how });
	input.onchange = () => resolve([...input.files ?? []]);
	input.click();
});
