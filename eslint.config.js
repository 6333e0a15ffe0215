// What the checker of types cannot see, and the rooms of the viewer: each imports only from those below it.

import js from '@eslint/js';
import globals from 'globals';

const APP = 'webviewer/app';
// From the ground up; what stands in no room, the viewer itself, may import them all.
const ROOMS = ['words', 'state', 'folders', 'gpu', 'map', 'panel'];

// What is shared with Python stands below the viewer, and is found below it in a page.
const shared = [['shaders', '^(?!\\./)'], ['renderer/image', '^(?!\\./|\\.\\./\\.\\./shaders/)']].map(([room, above]) => ({
	files: [`${room}/**`],
	rules: {
		'no-restricted-imports': ['error', { patterns: [{ regex: above, message: `${room} stands below it.` }] }],
	},
}));

const rooms = ROOMS.map((room, i) => ({
	files: [`${APP}/${room}/**`],
	rules: {
		'no-restricted-imports': ['error', {
			patterns: [
				...ROOMS.slice(i + 1).map(above => ({ group: [`**/${above}/**`], message: `${room} stands below ${above}.` })),
				{ regex: '^(\\.\\./)+(contexts|main|raking-viewer|report|shelf|shown|viewer)\\.js$', message: 'The viewer stands above its rooms.' },
			],
		}],
	},
}));

export default [
	{ ignores: ['.venv/', '**/vendor/', '**/*.d.ts', 'demo/', 'dist/'] },
	js.configs.recommended,
	{
		languageOptions: { globals: globals.browser },
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			'eqeqeq': ['error', 'always', { null: 'ignore' }],
			'no-console': 'error',
			'no-empty': ['error', { allowEmptyCatch: true }],
			'no-eval': 'error',
			'no-implicit-globals': 'error',
			'no-throw-literal': 'error',
			'no-unused-vars': ['error', { ignoreRestSiblings: true, args: 'after-used', argsIgnorePattern: '^_' }],
			'no-var': 'error',
			'object-shorthand': 'error',
			'prefer-const': 'error',
		},
	},
	// They are put into a page as they are.
	{ files: ['bench/common/clocks.js', 'bench/speed/gallery.js'], languageOptions: { sourceType: 'script' } },
	// Node runs them.
	{ files: ['tests/**'], languageOptions: { globals: globals.node }, rules: { 'no-console': 'off' } },
	...shared,
	...rooms,
];
