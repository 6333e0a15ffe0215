// Adaptive resolution: how finely to decode while something moves, so that a frame rate is held.

const COARSEST = 1 / 8;     // decoding scale per axis
const AIM = 0.92;           // share of the time allowed that is aimed at, to stay within it
const CALM = 0.75;          // below this share of it there is room to decode more finely
const TELLING = 200_000;    // pixels: with fewer, other work takes the time
const STEP = [0.6, 1.2];    // largest change from one frame to the next

export class AdaptiveScale {
    constructor() {
        this.scale = 1;
        this.pixelsPerMs = Infinity;    // how fast this machine decodes
    }

    // Learns from a frame that took `ms` and decoded `pixels` how fast this machine is.
    clock(ms, pixels) {
        if (pixels > TELLING) this.pixelsPerMs = pixels / ms;
    }

    // Learns from a frame that took `ms` to hold `target` frames a second.
    learn(ms, target) {
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
