// What a relightable image may be, as in limits.py; FORMAT.md says why.

export const VERSION = 3;  // of the block `raking`, the latest
export const [FOLLOWING, WITH_RELIEF] = [2, 3];  // those from which on there are hyper images, and reliefs
export const LONGEST_INFO = 2 ** 24;  // bytes of info.json; some 200,000 are usual
export const LONGEST_SIDE = 1e6;  // pixels
export const LONGEST_TITLE = 200;  // characters
export const FACTS = ['number', 'maker', 'date', 'credit', 'licence', 'description'];  // of an object
export const LONGEST_FACT = 5000;  // characters
export const LARGEST = 1e9;  // that sums may come to; beyond, float32's steps are larger than all brightness
export const DEEPEST = 32;  // lists and objects in one another
export const ENDINGS = ['dzi', 'png', 'webp', 'jpg'];  // of planes that are not listed, the best first
export const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
export const LARGEST_TILE = 8192;  // pixels
export const LONGEST_DESCRIPTION = 4096;  // characters of a .dzi, of which some 200 are needed
export const TILE_FORMATS = ['png', 'webp', 'jpg', 'jpeg'];
