"""A collection: its folder, its photographs with their lights, and the pixels of the object."""
