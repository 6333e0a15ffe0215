"""How good a picture is.

`metrics` compares two pictures (`lpips_network` is behind one of them), `scores` many, with
intervals and `heatmaps`; `smoothness` looks between the photographs; `evaluate` does all this for a
stored image.
"""
