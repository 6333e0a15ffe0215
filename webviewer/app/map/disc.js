// The response of one pixel: what it shows under every light of the dome, as a small disc, y up.

const SIDE = 40;  // pixels

export class ResponseDisc {
	#camera = '';
	/** @type {{ pixel: number, colour: (texels: ArrayLike<number>) => number[] }[]} */
	#lights = [];

	/** @param {HTMLCanvasElement} canvas */
	constructor(canvas) {
		Object.assign(canvas, { width: SIDE, height: SIDE });
		this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
	}

	/**
	 * @param {any} decoder
	 * @param {ArrayLike<number>} levels  of the pixel's latents, 0 to 255
	 * @param {number[]} camera
	 */
	draw(decoder, levels, camera) {
		this.#prepare(decoder, camera);
		const picture = new ImageData(SIDE, SIDE);
		const texels = Array.from(levels, level => level / 255);
		for (const { pixel, colour } of this.#lights) {
			picture.data.set([...colour(texels).map(value => 255 * value), 255], 4 * pixel);
		}
		this.context.putImageData(picture, 0, 0);
	}

	// What decodes each of the directions is the same for all pixels.
	#prepare(decoder, camera) {
		if (decoder === this.decoder && String(camera) === this.#camera) return;
		this.decoder = decoder;
		this.#camera = String(camera);
		this.#lights = [];
		const place = at => (2 * at + 1) / SIDE - 1;
		for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
			const [x, y] = [place(pixel % SIDE), -place(Math.floor(pixel / SIDE))];
			const stretch = Math.max(1, Math.hypot(x, y));  // the rim goes on to what the page cuts off
			if (stretch < 1 + 2 / SIDE) this.#lights.push({ pixel, colour: decoder.colours(decoder.conditionsOf([x / stretch, y / stretch], camera)) });
		}
	}
}
