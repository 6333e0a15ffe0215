// The words of the map's panel, and its markup.

const COLOURS = { light: 'This light', place: 'Place', cluster: 'Cluster' };
const LAYOUTS = { file: 'map.csv', axes: 'Principal axes' };

export const MOST_CLUSTERS = 20;

export const TEXTS = {
	map: 'Map of the pixels',
	plot: 'Map of the pixels. Arrow keys move a cursor over it, with Shift the map; plus and minus zoom, zero shows all; '
		+ 'Enter goes to the nearest pixel.',
	making: 'The pixels are being laid out …',
	laidOut: count => `${count.toLocaleString('en')} pixels: those that look alike under all lights lie together. `
		+ 'Point at the map or at the picture.',
	/** @param {number[]} place */
	pixel: ([x, y]) => `Pixel ${x}, ${y}`,
	cluster: number => `cluster ${number}`,
	between: 'No pixel lies here: this is what would',
	/** @type {(place: number[], like: number[]) => string} */
	like: ([x, y], [likeX, likeY]) => `Pixel ${x}, ${y} looks most like pixel ${likeX}, ${likeY}`,
	colour: ([red, green, blue]) => `red ${red}, green ${green}, blue ${blue} under this light`,
	taken: count => `${count.toLocaleString('en')} pixels of the map were added to the region.`,
	nothingTaken: 'No pixel lies in this.',
};

const options = names => Object.entries(names).map(([value, name]) => `<option value="${value}">${name}</option>`).join('');

export const MARKUP = `
	<link rel="stylesheet" href="${new URL('map.css', import.meta.url)}">
	<h2>${TEXTS.map}</h2>
	<div id="mapArea">
		<canvas id="mapPlot" tabindex="0" role="application" aria-label="${TEXTS.plot}" aria-describedby="mapTold"></canvas>
		<canvas id="mapOver" aria-hidden="true"></canvas>
	</div>
	<div id="mapPointed">
		<div id="mapResponse"><canvas id="mapDisc" role="img" aria-label="What it shows under every light of the dome"></canvas><span></span></div>
		<p id="mapTold" class="told" role="status"></p>
	</div>
	<div class="row">
		<button id="mapFit" title="Show all (0)">All</button>
		<button id="mapMiddle" title="Point at the middle of the picture">Middle</button>
		<button id="mapLasso" aria-pressed="false" title="Draw around pixels: they become a region">Lasso</button>
		<button id="mapTake" title="All pixels in sight on the map become a region">Take all in sight</button>
		<button id="mapRegion" title="Its panel: undo, save, load">Region</button>
	</div>
	<div id="mapWays">
		<label><span>Colour</span><select id="mapColour">${options(COLOURS)}</select></label>
		<label hidden><span>Clusters</span><input type="number" id="mapClusters" min="1" max="${MOST_CLUSTERS}" value="6"></label>
		<label><span>Layout</span><select id="mapLayout" disabled>${options(LAYOUTS)}</select></label>
		<button id="mapLoad" title="The map.csv of raking map">Load map.csv</button>
	</div>`;
