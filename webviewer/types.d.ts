// What the viewer's rooms hand each other, for the checker of types, by names that need no import. It stands
// beside the viewer, not in it: a page does without.

import type * as decode from './app/gpu/decode.js';
import type * as element from './app/raking-viewer.js';
import type * as engine from './app/gpu/engine.js';
import type * as look from '../shaders/look.js';
import type * as memory from './app/gpu/memory.js';
import type * as present from './app/gpu/present.js';
import type * as pyramid from '../renderer/image/pyramid.js';
import type * as scene from './app/gpu/scene.js';
import type * as specialise from '../shaders/specialise.js';
import type * as shelf from './app/shelf.js';
import type * as store from './app/state/store.js';
import type * as tiles from './app/gpu/tiles.js';
import type * as view from './app/state/view.js';
import type * as viewer from './app/viewer.js';

declare global {
	type Engine = engine.Engine;
	type Look = look.Look;
	type Memory = memory.Memory;
	type PresentPass = present.PresentPass;
	type Place = ReturnType<pyramid.Pyramid['tile']>;
	type RakingViewer = element.RakingViewer;
	type Scene = scene.Scene;
	type Shelf = shelf.Shelf;
	type Store = store.Store;
	type Tile = tiles.Tile;
	type View = view.View;
	type Viewer = viewer.Viewer;

	// State

	/** A setting is an attribute of the element and a key of the address. */
	interface Settings {
		image: string[];  // addresses
		show: number;  // the number of the image shown
		light: number[];  // x, y in the unit disc, y up
		camera: number[];  // likewise, of images that have several
		tilt: boolean;  // the plane is shown as that camera sees it
		tiling: boolean;  // decode only the tiles in sight
		adaptive: boolean;  // decode more coarsely while something moves
		target: number;  // frames per second that are held then
		zoom: number | null;  // device pixels per image pixel, null to fit
		center: number[] | null;  // image pixels, null for the middle
		rotation: number;  // degrees clockwise
		compare: string;  // 'off', 'split', 'blink' or 'difference'
		with: number | null;  // the number of the image to compare with, null for the next
		split: number;  // where the two meet, as a share of the width
		gain: number;  // of the map of differences
		mode: string;  // of reading the surface, as state/looks.js has them
		versus: string | null;  // the mode to compare with, of the same image; null for another image
		exposure: number;  // stops
		gamma: number;
		saturation: number;
		kd: number;  // of specular enhancement: the colour's share,
		ks: number;  // the highlight's,
		exponent: number;  // and its sharpness
		diffuse: number;  // the diffuse gain
		radius: number;  // of unsharp masking and curvature, image pixels
		amount: number;  // and how much of it
		spread: number;  // of multi-light: degrees to either side of the present light,
		raking: number;  // degrees above the surface where it is static,
		area: number;  // and the neighbourhood of a place, percent of the longer side
		red: number;  // of the light's colour
		green: number;
		blue: number;
		second: number;  // the strength of a second light,
		azimuth2: number;  // where it comes from,
		elevation2: number;  // in degrees
		ruler: number[] | null;  // image pixels x0, y0, x1, y1
		memory: number;  // MB of the GPU
		patience: number;  // seconds that a server may send nothing
		wheel: string;  // 'zoom', or 'ctrl' where wheel and finger are the page's
		shader: string;  // by the name that the engine has it under
		orbit: boolean;  // the light circles
		ui: boolean;  // the controls are shown
		lang: string | null;  // the language asked for, as HTML writes it
	}

	/** What no address tells. */
	interface Moment {
		moving: 'light' | 'view' | null;  // what moves (the camera as the light does) is drawn as coarsely as the frame rate needs
		flipped: boolean;  // whether the second of two images that blink is shown
		canvas: number[];  // its width and height, device pixels
		margin: number;  // 1 leaves some room around a fitted image, 0 none
		size: number[];  // width and height of the image shown, pixels
		hasViews: boolean;  // whether any that is shown was seen by several cameras
		share: number;  // of the memory, where other viewers of the page have theirs
	}

	/** What of a scene's look is of the state, beside its mode. */
	type LookKeys = Exclude<keyof look.Look, 'mode' | 'evidence' | 'fan'>;

	interface State extends Settings, Moment {}

	/** `changed` are the keys whose values are others than before. */
	type StateListener = (state: Readonly<State>, changed: Set<string>) => void;

	/** The light of each frame. */
	type LightPath = (frame: number) => number[];

	/** [a, b, c, d, e, f] */
	type Transform = number[];

	/** In image pixels. */
	interface Area {
		left: number;
		top: number;
		right: number;
		bottom: number;
	}

	// Folders

	/** Both fail with a FileError or an AbortError. */
	interface Folder {
		url: string;  // as it was given
		name: string;  // for messages
		title: string;  // what it is called where there is nothing better
		get(file: string, options?: { signal?: AbortSignal }): Promise<Blob & { name: string }>;
		has(file: string, options?: { signal?: AbortSignal }): Promise<boolean>;
	}

	/** Brings a tile's pictures. */
	type LoadTile = (place: Place, signal?: AbortSignal) => Promise<ImageBitmap[]>;

	// GPU

	/** A way to decode: a fragment shader for one decoder, and what it is given. */
	interface Shader {
		fragment: string;  // GLSL ES 3.00, with the uniforms of baked.glsl.jinja but for its frame's
		vertex?: string;  // where it is not cover.glsl.jinja alone
		grounds?: boolean;  // whether it draws the ground where the mask is off
		begin(gl: WebGL2RenderingContext, at: UniformAt): void;  // sets what never changes
		setConditions(gl: WebGL2RenderingContext, at: UniformAt, conditions: number[], look: look.Look): DrawSum | void;  // what draws a picture that is a sum of several
	}

	/** Draws a tile's pictures onto an area of a target, of so many texels to a pixel, from a first on. */
	type DrawSum = (tile: Tile, area: number[], step: number[], first: number[]) => void;

	type UniformAt = (name: string) => WebGLUniformLocation | null;

	type Target = 'unorm' | 'float';  // 8-bit levels, or the raw output

	type MakeShader = (
		gl: WebGL2RenderingContext, decoder: specialise.Decoder, target: Target, variant: look.Variant,
	) => Shader;

	/** What scenes have of their engine. */
	interface SceneContext {
		gl: WebGL2RenderingContext;
		memory: Memory;
		shaders: Map<string, MakeShader>;
	}

	/** What a frame needs of an image. */
	interface Plan {
		scene: Scene;
		transform: Transform;  // from image to canvas pixels
		area: Area;  // in sight
		level: number;
		partly: boolean;  // whether only what is in sight of a tile is decoded
		density: number;  // decoded pixels per tile pixel and axis beyond which none is seen
		places: Place[];  // of the tiles in sight, the nearest to the middle first
		found: Tile[];  // those that are there
		missing: Place[];  // of the others
	}

	/** What a frame was. */
	interface Frame {
		pixels: number;  // decoded
		scale: number;  // decoded pixels per pixel that could be seen, per axis; at most 1
		tiles: number;  // in sight
		shown: number;  // tiles drawn
		adapting: boolean;  // whether it was decoded as coarsely as the frame rate needs
		all: boolean;  // whether everything in sight was decoded
		presented: boolean;  // whether the canvas shows it
		complete: boolean;  // whether all of the picture is shown as finely as it can be
		again: boolean;  // whether the next frame is to follow by itself
	}

	/** A frame that the GPU is done with. */
	interface DoneFrame extends Frame {
		start: number;  // when it was begun, milliseconds
		ms: number;  // its own time
		interval: number;  // since the frame before, where they followed each other
	}

	// The viewer

	/** What a button beside a message does. */
	interface Action {
		label: string;
		run: () => void;
	}

	/** What the images ask of their viewer. */
	interface Host {
		say(text: string, problem?: boolean, action?: Action, passing?: boolean): void;
		sayShown(notice?: string): void;  // takes away what passes, or says what is to be known
		emit(type: string): void;
		redraw(): void;
		setState(changes: object): Promise<void>;
		away: { promise: Promise<void> } | null;  // while nothing can be opened
	}

	interface Window {
		raking: Record<string, any>;  // app/main.js
		rakingClocks: any;  // bench/common/clocks.js
		rakingFrames: any;  // bench/speed/gallery.js
	}

	interface HTMLElementTagNameMap {
		'raking-viewer': RakingViewer;
	}
}
