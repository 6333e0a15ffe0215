// What stands in the element: constant markup; what files say is only ever set as text.

const button = (id, text, title, more = '') => `<button id="${id}" title="${title}" ${more}>${text}</button>`;
const toggle = (id, text, title) => button(id, text, title, 'aria-pressed="false"');
const icon = path => `<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d="${path}"/></svg>`;
const group = (id, label, ...buttons) =>
	`<div id="${id}" class="buttons" role="group" aria-label="${label}">${buttons.join('')}</div>`;
const keys = (names, meaning) =>
	`<dt>${names.replace(/\S+/g, name => `<kbd>${name}</kbd>`)}</dt><dd>${meaning}</dd>`;

const dome = (id, name, label, more = '') => `<div id="${id}" class="dome" tabindex="0" role="slider"
		aria-label="${label}" aria-valuemax="90" ${more}>
	<svg viewBox="-1 -1 2 2" aria-hidden="true">
		<circle r="0.5"/><circle r="0.866"/><path class="hull"/><path class="known"/>
	</svg>
	<span class="marker"></span>
	<small class="name" aria-hidden="true">${name}</small>
</div>`;

const ZOOM_OUT = icon('M5 10h10');
const CROSS = icon('M6 6l8 8M14 6l-8 8');
const ZOOM_IN = icon('M5 10h10M10 5v10');

const MARKUP = `
<link id="style" rel="stylesheet" href="${new URL('../style.css', import.meta.url)}">
<div id="frame" class="empty" role="group" aria-labelledby="title">
	<div id="head">
		<h2 id="title">Raking</h2>
		<div id="images" class="buttons" role="group" aria-label="Images"></div>
	</div>
	<div id="stage">
		<canvas id="picture" tabindex="0" role="application" aria-label="The relit picture. Drag or use
			the arrow keys to move the light, plus and minus to zoom; question mark for all keys."></canvas>
		<canvas id="still" aria-hidden="true" hidden></canvas>
		<div id="ruler" role="group" aria-label="Ruler" hidden>
			<div id="line"></div>
			<button class="end" aria-label="First end of the ruler: arrow keys move it"></button>
			<button class="end" aria-label="Second end of the ruler: arrow keys move it"></button>
			<span id="length" class="note" aria-live="polite"></span>
		</div>
		<div id="handle" role="slider" tabindex="0" aria-label="Border between the two images" hidden></div>
		<p id="left" class="note" hidden></p>
		<p id="right" class="note" hidden></p>
		<div id="legend" class="note" role="group" aria-label="Scale of the difference" hidden>
			<button id="lessGain" aria-label="Show only greater differences">${ZOOM_OUT}</button>
			<div>8-bit steps<div id="ramp"></div><p id="steps"><span>0</span><span></span><span></span></p></div>
			<button id="moreGain" aria-label="Show smaller differences">${ZOOM_IN}</button>
		</div>
		<div id="corner">
			<p id="coarse" class="note" hidden></p>
			<div id="scalebar" role="img" hidden></div>
		</div>
		<div id="lamp">
			<p id="outside" class="note" aria-live="polite"></p>
			<div id="domes">${dome('cameraDome', 'Camera', 'Camera direction', 'hidden')}${
				dome('dome', 'Light', 'Light direction')}</div>
		</div>
		<p id="hint" class="note" aria-hidden="true"></p>
		<p id="welcome" class="note">Drag across the picture to move the light</p>
		<div id="message">
			<p role="status"></p>
			<button id="remedy" hidden></button>
			<button id="dismiss" aria-label="Close the message" hidden>${CROSS}</button>
		</div>
	</div>
	<div id="foot">
		${group('zooming', 'Zoom', button('zoomOut', ZOOM_OUT, 'Zoom out (−)'),
			'<span id="zoom"></span>', button('zoomIn', ZOOM_IN, 'Zoom in (+)'),
			button('fit', 'Fit', 'Fit to the window (F)'),
			button('showPixels', '1:1', 'One picture pixel per screen pixel (1)'))}
		<button id="more" aria-expanded="false" aria-controls="tools">More</button>
		<div id="tools">
			${group('turning', 'Turn the picture',
				button('turnLeft', icon('M4.5 10a5.5 5.5 0 1 0 2-4.2M6.2 2.6v3.6h3.6'), 'Turn left by 90°'),
				button('turnRight', icon('M15.5 10a5.5 5.5 0 1 1-2-4.2M13.8 2.6v3.6h-3.6'), 'Turn right by 90°'))}
			${group('looking', 'Reading', button('reading', 'Reading', 'Modes, the light in numbers, exposure (L)',
				'aria-expanded="false"'), button('notes', 'Notes', 'Notes and bookmarks (W)', 'aria-expanded="false"'))}
			${group('lighting', 'Light', toggle('orbit', 'Orbit', 'Let the light circle (O)'))}
			${group('compare', 'Compare', '<select id="second" aria-label="Compare with"></select>',
				toggle('split', 'Split', 'Two images side by side (S)'),
				toggle('blink', 'Blink', 'Two images in turn (B)'),
				toggle('difference', 'Difference', 'Where two images differ (D)'))}
			${group('keeping', 'Measure and keep', toggle('measure', 'Measure', 'Measure a distance (M)'),
				button('snapshot', 'Snapshot', 'Save the whole picture as PNG under this light'),
				button('seen', 'Save view', 'Save what is seen as PNG, with scale bar and caption'),
				button('copyLink', icon('M8 12l4-4M9 7l2-2a2.8 2.8 0 0 1 4 4l-2 2M11 13l-2 2a2.8 2.8 0 0 1-4-4l2-2'),
					'Copy an address that shows exactly this', 'aria-label="Copy link"'))}
			<details id="expert"><summary>Expert</summary>${group('drawing', 'Training and drawing',
				button('region', 'Region', 'Choose pixels to train on (G)', 'aria-expanded="false"'),
				button('map', 'Map', 'Pixels laid out by how alike they look (P)', 'aria-expanded="false"'),
				toggle('tiling', 'Tiling', 'Decode only the tiles in sight (T)'),
				toggle('adaptive', 'Adaptive', 'Decode more coarsely while something moves (A)'))}<p id="readout"></p></details>
			${group('other', 'Viewer', button('open', 'Open', 'Open a zip, or the files of an image, from this computer'),
				button('fullScreen', icon('M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4'), 'Fill the screen',
					'aria-label="Full screen" aria-pressed="false"'),
				button('facts', 'About', 'About the object (I)', 'aria-haspopup="dialog"'),
				button('help', '?', 'Help (?)', 'aria-label="Help"'))}
		</div>
	</div>
	<dialog id="dialog" aria-labelledby="helpTitle">
		<form method="dialog"><button aria-label="Close">${CROSS}</button></form>
		<h2 id="helpTitle">Looking under a moving light</h2>
		<dl>
			<dt>Drag, or one finger</dt><dd>moves the light</dd>
			<dt>Right or Shift drag, or two fingers</dt><dd>move the picture; of an image with several cameras, the
				right button or two fingers turn the camera, Shift or three fingers move the picture</dd>
			<dt>Wheel or pinch, double click</dt><dd>zooms</dd>
			${keys('← ↑ ↓ →', 'move the light; with Shift, the picture')}
			${keys('+ −', 'zoom')}
			${keys('F 1', 'fits to the window; shows pixel for pixel')}
			${keys('R', 'turns the picture right by 15°; with Shift, left')}
			${keys('N', 'shows the next image')}
			${keys('S B D', 'compare: split, blink, difference')}
			${keys('X', 'shows the other of two blinking images')}
			${keys('M', 'measures')}
			${keys('G', 'chooses a region: pixels to train on')}
			${keys('P', 'opens a map of the pixels, by how alike they look')}
			${keys('C', 'goes to the camera’s disc, where the arrow keys turn the camera, and back')}
			${keys('L', 'opens modes of reading, the light in numbers, exposure')}
			${keys('W I', 'opens the notes; tells of the object')}
			${keys('O T A', 'orbit, tiling, adaptive resolution')}
			${keys('H', 'hides and shows the controls')}
		</dl>
		<p id="drawnBy"></p>
	</dialog>
</div>`;

// Fills `root`; returns its elements by their ids.
export function fill(root) {
	const template = document.createElement('template');
	template.innerHTML = MARKUP;
	root.replaceChildren(template.content);
	return Object.fromEntries([...root.querySelectorAll('[id]')].map(element => [element.id, element]));
}
