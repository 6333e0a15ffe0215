// Adaptive resolution: how finely to decode while something moves, so that a frame rate is held.

const COARSEST = 1 / 8;     // decoding scale per axis
const AIM = 0.85;           // share of the time allowed that is aimed at, to stay within it
const CALM = 0.7;           // below this share of it there is room to decode more finely
const STEP = [0.6, 1.25];   // largest change from one frame to the next

export class AdaptiveScale {
    constructor() {
        this.scale = 1;
        this.pixelsPerMs = Infinity;    // how fast this machine decodes
    }

    // Learns from a frame that took `ms` and decoded `pixels` to hold `target` frames a second.
    learn(ms, pixels, target) {
        this.pixelsPerMs = pixels / ms;
        const allowed = 1000 / target;
        if (ms <= allowed && (ms >= CALM * allowed || this.scale === 1)) return;
        const change = Math.sqrt(AIM * allowed / ms);
        this.scale *= Math.min(STEP[1], Math.max(STEP[0], change));
        this.scale = Math.min(1, Math.max(COARSEST, this.scale));
    }

    // The pixels that can be decoded in one frame's time.
    budget(target) {
        return this.pixelsPerMs * 1000 / target;
    }
}
