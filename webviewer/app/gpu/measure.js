// For measuring: the decoding of what is in sight and nothing else, as while the light moves.

import { partInSight } from './plan.js';

export class DecodeMeasure {
	/**
	 * @param {WebGL2RenderingContext} gl
	 * @param {Plan} plan
	 * @param {State} state
	 */
	constructor(gl, plan, state) {
		this.gl = gl;
		this.plan = plan;
		this.pass = plan.scene.decodePass(state);
		this.state = state;
	}

	/**
	 * Under a light, from the state's camera; returns how many pixels it decoded.
	 *
	 * @param {number[]} light
	 */
	decode(light) {
		const { gl, plan, plan: { scene }, pass, state } = this;
		pass.setConditions(scene.conditions({ ...state, light }), scene.look(state));
		let pixels = 0;
		for (const tile of plan.found) pixels += pass.decode(tile, 1, partInSight(plan, tile, 1));
		// A frame must leave for the GPU by itself: one drawn over before that may never be drawn.
		gl.flush();
		return pixels;
	}

	// Returns when all of it is done; gl.finish() does not wait in Chromium, this does.
	wait() {
		const { gl } = this;
		gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
	}

	// What is in sight is decoded anew when it is drawn.
	end() {
		this.plan.found.forEach(tile => tile.forget());
	}
}
