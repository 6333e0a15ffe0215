"""What a relightable image may be, as in limits.js; FORMAT.md says why."""

VERSION = 3  # of the block `raking`, the latest
FOLLOWING, WITH_RELIEF = 2, 3  # those from which on there are hyper images, and reliefs
LONGEST_INFO = 1 << 24  # bytes of info.json; some 200,000 are usual
LONGEST_SIDE = 1_000_000  # pixels
LONGEST_TITLE = 200  # characters
FACTS = ("number", "maker", "date", "credit", "licence", "description")  # of an object
LONGEST_FACT = 5000  # characters
LARGEST = 1e9  # that sums may come to; beyond, float32's steps are larger than all brightness
DEEPEST = 32  # lists and objects in one another
ENDINGS = ("dzi", "png", "webp", "jpg")  # of planes that are not listed, the best first
FILE_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$"
LARGEST_TILE = 8192  # pixels
LONGEST_DESCRIPTION = 4096  # characters of a .dzi, of which some 200 are needed
TILE_FORMATS = ("png", "webp", "jpg", "jpeg")
