// Saves a file on this computer.

const KEPT = 60000;  // milliseconds until the file is let go

export function saveFile(blob, name) {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(blob);
	link.download = name.replace(/[^\p{L}\p{N}().,-]+/gu, '_');
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
	return link.download;
}
