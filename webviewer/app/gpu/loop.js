// The frame loop: draws when asked. One frame may be under way on the GPU while the next is made,
// no more: so the GPU never waits for the page, and the light never lags behind a queue.

const POLL = 2;  // milliseconds between looks at unfinished frames
const MOMENT = 100;  // milliseconds until what was refused is tried again
const DEPTH = 2;  // frames under way at a time

export class FrameLoop {
	paused = false;
	wanted = false;
	scheduled = false;
	retried = false;
	/** @type {{ fence: WebGLSync, start: number, told: Frame }[]} */
	pending = [];
	/** @type {number | null} */
	followed = null;  // when the last frame ended, if the next was already wanted

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {() => Frame | null} draw  null where it drew nothing
	 * @param {(frame: DoneFrame) => void} finished  called when the GPU is done with a frame
	 */
	constructor(gl, draw, finished) {
		this.gl = gl;
		this.draw = draw;
		this.finished = finished;
	}

	request() {
		this.wanted = true;
		if (this.scheduled || this.pending.length >= DEPTH || this.paused) return;
		this.scheduled = true;
		requestAnimationFrame(() => this.#frame());
	}

	// Of a frame that could not be drawn: returns whether it is tried once more. A context that the browser is taking
	// refuses everything before it is known to be lost.
	retry() {
		this.retried = !this.retried;
		if (this.retried) setTimeout(() => this.request(), MOMENT);
		return this.retried;
	}

	// Lets no frame begin, and resolves when none is under way.
	async pause() {
		this.paused = true;
		while (this.pending.length) await new Promise(resolve => setTimeout(resolve, POLL));
	}

	resume() {
		this.paused = false;
		this.followed = null;
		this.request();
	}

	#frame() {
		this.scheduled = false;
		if (this.paused) return;
		this.wanted = false;
		const start = performance.now();
		const told = this.draw();
		if (!told) return;
		this.retried = false;
		if (told.again) this.wanted = true;
		const fence = /** @type {WebGLSync} */ (this.gl.fenceSync(this.gl.SYNC_GPU_COMMANDS_COMPLETE, 0));
		this.gl.flush();
		this.pending.push({ fence, start, told });
		if (this.pending.length === 1) this.#poll();
		if (this.wanted) this.request();
	}

	// Looks from a timer: animation frames come at the display's rate, which would round times up.
	#poll() {
		const { gl, pending: [{ fence, start, told }] } = this;
		if (!gl.isContextLost() && gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) {
			setTimeout(() => this.#poll(), POLL);
			return;
		}
		gl.deleteSync(fence);
		this.pending.shift();
		const end = performance.now();
		const interval = end - (this.followed ?? start);
		this.followed = this.wanted || this.pending.length ? end : null;
		this.finished({ start, ms: end - start, interval, ...told });
		if (this.pending.length) this.#poll();
		if (this.wanted) this.request();
	}
}
