"""Lights from glossy spheres beside the object.

`calibrate` goes from `shots` to lights: `views` reads what is looked at, `circles` and `spots`
propose where `spheres` are, `rim` measures their outlines, `highlights` finds the lamp on them,
`camera` and `lights` work out where it stood, and `prediction` holds the photographs against each
other. `record` and `summary` are what is written.
"""
