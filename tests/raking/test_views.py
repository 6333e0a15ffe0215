"""`raking render` of an image of several cameras: frames from where it is said, and refusals."""

import json

import numpy as np
import pytest
from PIL import Image

from renderer.gpu.frames import orbit
from renderer.image.relightable import write_image

LIGHT, VIEW = (0.3, -0.2), (-0.4, 0.5)


@pytest.fixture(scope="module")
def several(make_hyper_image, tmp_path_factory):
    """An image of several cameras."""
    image = make_hyper_image(8, conditions=4)
    path = tmp_path_factory.mktemp("several") / "image"
    write_image(image, path)
    return image, path


def assert_frame(file, image, by_hand, *told) -> None:
    expected = np.floor(by_hand(image, np.concatenate(told)).clip(0, 1) * 255 + 0.5)
    assert np.abs(np.asarray(Image.open(file)).astype(int) - expected).max() <= 1, told


def test_one_frame_is_that_of_its_view(raking, several, by_hand, tmp_path) -> None:
    """Without a view it is seen from straight above."""
    image, path = several
    light = ("--light", "0.3,-0.2")
    for name, options, view in [("a", ("--view", "-0.4,0.5"), VIEW), ("b", (), (0, 0))]:
        ran = raking("render", path, *light, *options, "-o", tmp_path / f"{name}.png")
        assert ran.status == 0, ran.err
        assert_frame(tmp_path / f"{name}.png", image, by_hand, view, LIGHT)


def test_the_views_of_a_file_and_the_camera_around(raking, several, by_hand, tmp_path) -> None:
    image, path = several
    views = [(0.1, 0.2), (-0.5, 0.6), (0, -0.7)]
    rows = [f"place{i} {x} {y} {np.sqrt(1 - x * x - y * y)}" for i, (x, y) in enumerate(views)]
    (tmp_path / "views.lp").write_text("3\n" + "\n".join(rows))
    common = ("render", path, "--light", "0.3,-0.2", "--json")
    ran = raking(*common, "--views", tmp_path / "views.lp", "-o", tmp_path / "out")
    np.testing.assert_allclose(json.loads(ran.out)["views"], views, atol=1e-6)
    for i, view in enumerate(views):
        assert_frame(tmp_path / "out" / f"{i:04d}_place{i}.png", image, by_hand, view, LIGHT)
    ran = raking(*common, "--camera-orbit", 4, "--camera-elevation", 40, "-o", tmp_path / "around")
    assert ran.status == 0, ran.err
    for i, view in enumerate(orbit(4, 40)):
        assert_frame(tmp_path / "around" / f"frame_{i:04d}.png", image, by_hand, view, LIGHT)


def test_several_views_and_lights_go_together_one_by_one(
    raking, several, by_hand, tmp_path
) -> None:
    image, path = several
    both = ("--orbit", 3, "--camera-orbit", 3)
    assert raking("render", path, *both, "-o", tmp_path / "out").status == 0
    for i, (view, light) in enumerate(zip(orbit(3, 60), orbit(3, 30), strict=True)):
        assert_frame(tmp_path / "out" / f"frame_{i:04d}.png", image, by_hand, view, light)
    ran = raking("render", path, *both, "-o", tmp_path / "out")
    assert "done before" in ran.out + ran.err
    ran = raking("render", path, "--orbit", 3, "--view", "0.1,0", "-o", tmp_path / "seen")
    assert ran.status == 0, ran.err
    assert len(list((tmp_path / "seen").glob("frame_*.png"))) == 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--light", "0,0", "--view", "0.8,0.6"), "lies on the horizon"),
        (("--light", "0,0", "--view", "2,0"), "outside the unit disc"),
        (("--light", "0,0", "--view", "up"), "--view takes two numbers"),
        (("--light", "0,0", "--view", "0,nan"), "outside the unit disc"),
        (("--light", "0,0", "--view", "0,0", "--camera-orbit", "3"), "give one of --view"),
        (("--orbit", "3", "--camera-orbit", "4"), "3 lights and 4 views"),
        (("--sheet", "--camera-orbit", "9"), "seen by one camera"),
        (("--light", "0,0", "--views", "{below}"), "is not above the surface"),
        (("--view", "0,0"), "give one of --light"),
    ],
)
def test_refused(raking, several, tmp_path, options, sentence) -> None:
    _, path = several
    below = tmp_path / "below.lp"
    below.write_text("2\nhigh 0 0 1\nlow 0.6 0.8 0\n")
    output = tmp_path / ("out" if "orbit" in str(options) or "views" in str(options) else "a.png")
    ran = raking("render", path, *(o.format(below=below) for o in options), "-o", output)
    assert ran.status != 0
    assert sentence in " ".join(ran.err.replace("│", " ").split())
    assert not output.exists()


def test_an_image_of_one_camera_has_no_views(raking, image, tmp_path) -> None:
    out = tmp_path / "a.png"
    ran = raking("render", image, "--light", "0,0", "--view", "0.1,0", "-o", out)
    assert ran.status == 1
    assert "is of one camera" in ran.err and not out.exists()
