// The textures on the GPU: how many bytes they are, and which go when they become too many.

export class Memory {
    constructor(budget) {
        this.budget = budget;  // bytes
        this.bytes = 0;
        this.most = 0;  // bytes that there ever were
        this.frame = 0;
        this.held = new Map();  // texture -> { bytes, release, frame }, least recently used first
    }

    // Makes room for a texture and counts it; release() gives it back when others need the room,
    // null keeps it. What this frame uses is never released.
    take(texture, bytes, release = null) {
        this.#makeRoom(bytes);
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

    #makeRoom(bytes) {
        for (const { release, frame } of [...this.held.values()]) {
            if (this.bytes + bytes <= this.budget) return;
            if (release && frame < this.frame) release();
        }
    }
}
