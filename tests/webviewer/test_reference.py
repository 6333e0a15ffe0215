"""What the page shows, against pictures that were looked at, on one software rasterizer."""

import numpy as np
import pytest
from PIL import Image

from bench.common.browser import open_page
from webviewer.server import ViewerServer

from .conftest import make_image
from .references import FOLDER, RENDERER, SIZE, VIEWS, look, make_pair

# The machine's own arithmetic (its vector width) may round otherwise, along the mask's edge too.
STEPS = 2
EXCEPTIONS = 0.002  # of the pixels


@pytest.fixture(scope="module")
def page():
    with open_page("about:blank", RENDERER, *SIZE) as page:
        yield page


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ViewerServer(make_pair(make_image, tmp_path_factory.mktemp("pair"))) as server:
        yield server


@pytest.mark.parametrize("name", VIEWS)
def test_the_picture_is_the_one_that_was_looked_at(page, server, name, tmp_path) -> None:
    shown = look(page, server.url(ui="off", **VIEWS[name]))
    expected = np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB"))
    difference = np.abs(shown.astype(int) - expected).max(axis=2)
    wrong = difference > STEPS
    if wrong.mean() > EXCEPTIONS:
        magnified = (difference * 32).clip(0, 255).astype(np.uint8)
        pictures = [shown, expected, np.repeat(magnified[..., None], 3, axis=2)]
        file = tmp_path / f"{name}.png"
        Image.fromarray(np.concatenate(pictures, axis=1)).save(file)
        pytest.fail(
            f"{wrong.mean():.1%} of the pixels differ: shown, expected, difference in {file}"
        )


def test_every_reference_is_looked_at() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(VIEWS)
    assert all(np.asarray(Image.open(file)).std() > 5 for file in FOLDER.iterdir())
