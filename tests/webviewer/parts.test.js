// Multi-light's choice of lights: where a light of the fan is drawn, and where it is left out.

import assert from 'node:assert/strict';
import test from 'node:test';

import { partsOf } from '../../webviewer/app/gpu/parts.js';

const [COLUMNS, ROWS, LIGHTS] = [20, 12, 7];

// The light of a fan at a place of the grid, interpolated.
function lightAt(chosen, x, y) {
	const [inX, inY] = [Math.min(COLUMNS - 1, Math.max(0, x)), Math.min(ROWS - 1, Math.max(0, y))];
	const [left, top] = [Math.floor(inX), Math.floor(inY)];
	const of = (column, row) => chosen[Math.min(ROWS - 1, row) * COLUMNS + Math.min(COLUMNS - 1, column)];
	const [across, down] = [inX - left, inY - top];
	return (of(left, top) * (1 - across) + of(left + 1, top) * across) * (1 - down)
		+ (of(left, top + 1) * (1 - across) + of(left + 1, top + 1) * across) * down;
}

for (const { step, upright } of [{ step: 1 / 8, upright: true }, { step: 0.3, upright: false }]) {
	test(`every pixel that has a share of a light is drawn under it once, and most are left out: ${step}`, () => {
		const chosen = Float32Array.from({ length: COLUMNS * ROWS },
			(_, i) => 0.25 * (i % COLUMNS) + 0.3 * Math.sin(Math.floor(i / COLUMNS)));
		const [width, height] = [COLUMNS, ROWS].map(length => Math.floor(length / step));
		const axes = [{ start: -0.5, step }, upright ? { start: -0.5, step } : { start: ROWS - 0.5, step: -step }];
		const area = [3, 5, width - 4, height - 6];
		const drawn = Array.from({ length: LIGHTS }, () => new Uint8Array(width * height));
		partsOf({ columns: COLUMNS, rows: ROWS, chosen }, LIGHTS, area, axes, step / 4).forEach((parts, k) => parts.forEach(([x, y, across, down]) => {
			for (let row = y; row < y + down; row++) for (let at = x; at < x + across; at++) drawn[k][row * width + at]++;
		}));
		let [all, count] = [0, 0];
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				const within = x >= area[0] && x < area[0] + area[2] && y >= area[1] && y < area[1] + area[3];
				const light = lightAt(chosen, axes[0].start + (x + 0.5) * axes[0].step, axes[1].start + (y + 0.5) * axes[1].step);
				drawn.forEach((of, k) => {
					const times = of[y * width + x];
					assert.ok(times <= Number(within));
					if (within && Math.abs(light - k) < 1) assert.equal(times, 1);
					count += times;
				});
				all += Number(within) * LIGHTS;
			}
		}
		assert.ok(count < 0.6 * all, `${count / all}`);
	});
}
