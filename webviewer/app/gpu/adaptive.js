// Adaptive resolution: how finely to decode while something moves, so that a frame rate is held.

const COARSEST = 1 / 8;  // decoding scale per axis
const GOOD = 0.72;  // below this scale resolution is worth more than the last fifth of the rate
const ENOUGH = 0.8;  // of the rate, then
const AIM = 0.97;  // share of the time allowed that is aimed at, to stay within it
const STEP = [0.6, 1.2];  // largest change at once
const SLIGHT = 0.04;  // a change not worth making
const FRAMES = 4;  // whose mean time is looked at: displays make single ones uneven
const TELLING = 200_000;  // pixels: with fewer, other work takes the time

export class AdaptiveScale {
	scale = 1;
	pixelsPerMs = Infinity;  // how fast this machine decodes
	times = [];

	// From a frame that took `ms`: how fast this machine is.
	clock(ms, pixels) {
		if (pixels > TELLING) this.pixelsPerMs = pixels / ms;
	}

	// From a frame that took `ms`: how to hold `target` frames a second.
	learn(ms, target) {
		this.times.push(ms);
		const mean = this.times.reduce((sum, time) => sum + time, 0) / this.times.length;
		const allowed = 1000 / target;
		if (this.times.length < FRAMES && mean < 2 * allowed) return;
		this.times = [];
		const fitting = time => this.scale * Math.sqrt(AIM * time / mean);
		const wanted = Math.max(fitting(allowed), Math.min(GOOD, fitting(allowed / ENOUGH)));
		const change = Math.min(STEP[1], Math.max(STEP[0], wanted / this.scale));
		if (Math.abs(change - 1) > SLIGHT) this.scale = Math.min(1, Math.max(COARSEST, this.scale * change));
	}

	// The pixels that can be decoded in one frame's time.
	budget(target) {
		return this.pixelsPerMs * 1000 / target;
	}
}
