// A viewer's hold on its WebGL context, which it may give back to the browser and take again, and which
// the browser may take from it.

export class ContextHold {
	/** @type {{ promise: Promise<void>, resolve: () => void } | null} */
	away = null;  // while the context is given back
	/** @type {Promise<void> | undefined} */
	#gone;
	#life = new AbortController();

	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {{ lost: () => void, restored: () => void }} tell
	 */
	constructor(gl, { lost, restored }) {
		const { signal } = this.#life;
		this.gl = gl;
		this.losing = gl.getExtension('WEBGL_lose_context');
		gl.canvas.addEventListener('webglcontextlost', event => {
			event.preventDefault();
			lost();
		}, { signal });
		gl.canvas.addEventListener('webglcontextrestored', () => {
			const { away } = this;
			this.away = null;
			restored();
			away?.resolve();
		}, { signal });
	}

	get canGiveBack() {
		return Boolean(this.losing && !this.away && !this.gl.isContextLost());
	}

	// Until takeBack().
	giveBack() {
		const { canvas } = this.gl;
		this.away = Promise.withResolvers();
		// It cannot be restored before all have heard of its loss.
		this.#gone = new Promise(resolve => {
			canvas.addEventListener('webglcontextlost', () => setTimeout(resolve), { once: true, signal: this.#life.signal });
		});
		this.losing?.loseContext();
	}

	async takeBack() {
		await this.#gone;
		this.losing?.restoreContext();
	}

	// For good.
	release() {
		this.#life.abort();
		if (!this.gl.isContextLost()) this.losing?.loseContext();
	}
}
