"""A collection: its folder, its photographs with their lights, and the pixels of the object.

`mlic` is what everyone else needs, `samples` the same for training. Below them `place` and `files`
say where things lie, `folder` which photograph has which light, each an `entry`, `cameras` which
has which pair of light and camera; `masks` and `reading` read them.
`rectified` is what a camera from the side sees of a relief.
"""
