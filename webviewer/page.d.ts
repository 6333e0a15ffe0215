// What a page with the viewer has, for the checker of types.

import type { RakingViewer } from './app/raking-viewer.js';

declare global {
	interface Window {
		raking: Record<string, any>;  // app/main.js
		rakingClocks: any;  // bench/common/clocks.js
		rakingFrames: any;  // bench/speed/gallery.js
	}
	interface HTMLElementTagNameMap {
		'raking-viewer': RakingViewer;
	}
}
