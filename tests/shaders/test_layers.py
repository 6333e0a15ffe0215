"""How planes lie in the layers of a texture."""

import numpy as np
import pytest

from shaders.layers import layer_count, layers_of, place_of


@pytest.mark.parametrize("planes", range(1, 17))
def test_every_latent_has_a_channel_of_its_own(planes: int) -> None:
    random = np.random.default_rng(planes)
    stored = random.integers(0, 256, (planes, 2, 5, 3), np.uint8)
    layers = np.stack(list(layers_of(stored)))
    places = [place_of(latent) for latent in range(3 * planes)]
    assert len(set(places)) == 3 * planes
    for latent, (layer, channel) in enumerate(places):
        shown = layers[layer, ..., channel]
        np.testing.assert_array_equal(shown, stored[latent // 3, ..., latent % 3])
    # No more channels stay empty than one for each plane that is not of a full four.
    assert len(layers) == layer_count(planes)
    assert 4 * len(layers) - 3 * planes == planes % 4
