// The levels and tiles of an image. Level 0 is the full size, each further level half of the one
// before, rounded up; the overview is the first that fits one tile. All coordinates are those of a level,
// but areas in sight, which are in image pixels: 2 ** level of them to a level's pixel.

const SMALLEST = 64;        // pixels: levels go down to this
const FORMATS = ['png', 'webp', 'jpg', 'jpeg'];

export class Pyramid {
    constructor(width, height, { tileSize, overlap, levels = 1 + halvings(width, height, SMALLEST) }) {
        Object.assign(this, { width, height, tileSize, overlap, levels });
        this.overview = Math.min(levels - 1, halvings(width, height, tileSize));
    }

    // Width and height of a level.
    size(level) {
        return [this.width, this.height].map(length => Math.ceil(length / 2 ** level));
    }

    // All tiles of a level, or those that an area of the image touches.
    tiles(level, { left, top, right, bottom } = { left: 0, top: 0, right: this.width, bottom: this.height }) {
        const side = this.tileSize * 2 ** level;
        const [columns, rows] = this.size(level).map(length => Math.ceil(length / this.tileSize));
        const found = [];
        for (let row = Math.max(0, Math.floor(top / side)); row < Math.min(rows, Math.ceil(bottom / side)); row++) {
            for (let column = Math.max(0, Math.floor(left / side)); column < Math.min(columns, Math.ceil(right / side)); column++) {
                found.push(this.tile(level, column, row));
            }
        }
        return found;
    }

    // One tile: it shows the pixels of `inner` and holds those of `outer`, { x, y, width, height }.
    tile(level, column, row) {
        const [width, height] = this.size(level);
        const [x, y] = [column * this.tileSize, row * this.tileSize];
        const [right, bottom] = [Math.min(x + this.tileSize, width), Math.min(y + this.tileSize, height)];
        return {
            key: `${level}/${column}_${row}`,
            level, column, row,
            limit: [this.width, this.height],
            inner: rectangle(x, y, right, bottom),
            outer: rectangle(Math.max(x - this.overlap, 0), Math.max(y - this.overlap, 0),
                Math.min(right + this.overlap, width), Math.min(bottom + this.overlap, height)),
        };
    }

    // The tile one level up that holds this one.
    parent({ level, column, row }) {
        return level + 1 < this.levels ? this.tile(level + 1, column >> 1, row >> 1) : null;
    }

    // The tiles one level down that this one holds.
    children({ level, inner: { x, y, width, height } }) {
        const side = 2 ** level;
        return level === 0 ? [] : this.tiles(level - 1,
            { left: x * side, top: y * side, right: (x + width) * side, bottom: (y + height) * side });
    }
}

// What a .dzi file says: { format, overlap, tileSize, width, height }.
export function parseDeepZoom(text, file) {
    const image = new DOMParser().parseFromString(text, 'application/xml').querySelector('Image');
    const size = image?.querySelector('Size');
    const whole = (element, name) => Number(element?.getAttribute(name) ?? NaN);
    const format = image?.getAttribute('Format')?.toLowerCase();
    const found = {
        format,
        overlap: whole(image, 'Overlap'),
        tileSize: whole(image, 'TileSize'),
        width: whole(size, 'Width'),
        height: whole(size, 'Height'),
    };
    const { overlap, tileSize, width, height } = found;
    if (FORMATS.includes(format) && [overlap, tileSize, width, height].every(Number.isInteger)
        && overlap >= 0 && Math.min(tileSize, width, height) > 0 && overlap < tileSize) return found;
    throw new Error(`${file} does not describe a Deep Zoom image; write the image again.`);
}

// How often an image is halved until it is no longer than `length`.
export function halvings(width, height, length) {
    return Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / length)));
}

function rectangle(x, y, right, bottom) {
    return { x, y, width: right - x, height: bottom - y };
}
