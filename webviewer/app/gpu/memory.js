// The textures on the GPU: how many bytes they are, and which go when they become too many.

export class Memory {
	bytes = 0;
	most = 0;  // bytes that there ever were
	frame = 0;
	held = new Map();  // texture -> { bytes, release, frame }, least recently used first

	constructor(budget) {
		this.budget = budget;  // bytes
	}

	// Makes room for a texture and counts it; release() gives it back when others need the room,
	// null keeps it. What this frame uses is never released.
	take(texture, bytes, release = null) {
		for (const held of [...this.held.values()]) {
			if (this.bytes + bytes <= this.budget) break;
			if (held.frame < this.frame) held.release?.();
		}
		this.bytes += bytes;
		this.most = Math.max(this.most, this.bytes);
		this.held.set(texture, { bytes, release, frame: this.frame });
	}

	get fixed() {
		return [...this.held.values()].reduce((sum, { bytes, release }) => release ? sum : sum + bytes, 0);
	}

	use(texture) {
		const entry = this.held.get(texture);
		if (!entry) return;
		entry.frame = this.frame;
		this.held.delete(texture);
		this.held.set(texture, entry);
	}

	give(texture) {
		this.bytes -= this.held.get(texture)?.bytes ?? 0;
		this.held.delete(texture);
	}
}
