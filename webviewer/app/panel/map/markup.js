// What stands in the map's panel.

export const MOST_CLUSTERS = 20;
const COLOURS = { light: 'This light', place: 'Place', cluster: 'Cluster' };
const LAYOUTS = { file: 'From map.csv', axes: 'Principal axes' };
const PLOT = 'Map of the pixels. Arrow keys move a cursor over it, with Shift the map; plus and minus zoom, zero shows all; '
	+ 'Enter goes to the nearest pixel.';

const options = names => Object.entries(names).map(([value, name]) => `<option value="${value}">${name}</option>`).join('');

export const MARKUP = `
	<link rel="stylesheet" href="${new URL('map.css', import.meta.url)}">
	<h2>Map of the pixels</h2>
	<div id="mapArea">
		<canvas id="mapPlot" tabindex="0" role="application" aria-label="${PLOT}" aria-describedby="mapTold"></canvas>
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
