// Loads what is wanted, most urgent first: few at a time, stale ones aborted, failures tried again.

export class Loader extends EventTarget {
	#jobs = new Map();  // key -> job, most urgent first
	#attempts = new Map();  // key -> { tries, last error, controller while under way, timer while waiting }
	#told = '0/0';
	failures = new Map();  // key -> Error, not tried again until retry()

	// delays: milliseconds before each further try; what is missing is tried once more only.
	constructor({ parallel = 6, delays = [500, 1500, 4000] } = {}) {
		super();
		this.parallel = parallel;
		this.delays = delays;
	}

	get busy() {
		return [...this.#jobs.keys()].filter(key => !this.failures.has(key)).length;
	}

	// Why those that are tried again failed before.
	get troubles() {
		return [...this.#attempts.values()].map(({ error }) => error).filter(Boolean);
	}

	// Takes [{ key, load: signal => promise, done: value => void }] in place of the former wish.
	// A load under way goes on where its key is still wanted, and ends in the newer `done`.
	want(jobs) {
		this.#jobs = new Map(jobs.map(job => [job.key, job]));
		this.#forget(key => !this.#jobs.has(key));
	}

	retry() {
		this.failures.clear();
		this.#forget((_, { timer }) => timer);
	}

	stop() {
		this.want([]);
	}

	#forget(applies) {
		for (const [key, attempt] of this.#attempts) {
			if (!applies(key, attempt)) continue;
			clearTimeout(attempt.timer);
			this.#attempts.delete(key);
			attempt.controller?.abort();
		}
		this.#proceed();
	}

	#proceed() {
		let free = this.parallel - [...this.#attempts.values()].filter(({ controller }) => controller).length;
		for (const key of this.#jobs.keys()) {
			const { controller, timer, tries = 0, error } = this.#attempts.get(key) ?? {};
			if (controller || timer || this.failures.has(key)) continue;
			if (free-- <= 0) break;
			this.#attempt(key, tries, error);
		}
		this.#tell();
	}

	async #attempt(key, tries, earlier) {
		const controller = new AbortController();
		this.#attempts.set(key, { tries, controller, error: earlier });
		let value;
		try {
			value = await this.#jobs.get(key).load(controller.signal);
		} catch (error) {
			if (!controller.signal.aborted) this.#failed(key, tries, error);
			return;
		}
		if (controller.signal.aborted) return;
		const { done } = this.#jobs.get(key);
		this.#jobs.delete(key);
		this.#attempts.delete(key);
		try {
			done(value);
		} finally {
			this.#proceed();
		}
	}

	#failed(key, tries, error) {
		if (tries < (error.missing ? 1 : this.delays.length)) {
			const timer = setTimeout(() => {
				this.#attempts.set(key, { tries: tries + 1, error });
				this.#proceed();
			}, this.delays[tries]);
			this.#attempts.set(key, { tries, timer, error });
		} else {
			this.#attempts.delete(key);
			this.failures.set(key, error);
		}
		this.#proceed();
	}

	#tell() {
		const now = `${this.busy}/${this.failures.size}/${this.troubles.length}`;
		if (now === this.#told) return;
		this.#told = now;
		this.dispatchEvent(new Event('change'));
	}
}
