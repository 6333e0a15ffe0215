"""The procedural collection: its lights, its shading against independent oracles, its files."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.sample.materials import GOLD, STONE, Material
from trainer.sample.relief import Relief
from trainer.sample.sample import DOME, TEST, ring_lights, write_sample
from trainer.sample.shading import photograph, reflect, visibility
from trainer.sample.workpiece import Array, blur

WIDTH, HEIGHT = 96, 64


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "tablet"
    write_sample(path, WIDTH, HEIGHT, seed=0)
    return path


def read(path: Path) -> np.ndarray:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert pixels is not None, path
    return pixels[..., ::-1] if pixels.ndim == 3 else pixels


def read_set(folder: Path) -> tuple[list[np.ndarray], Array]:
    count, *lines = (folder / "dirs.lp").read_text().splitlines()
    assert int(count) == len(lines)
    names = [line.split()[0] for line in lines]
    lights = np.array([line.split()[1:] for line in lines], np.float32)
    return [read(folder / name) for name in names], lights


def linear(pixels: np.ndarray) -> np.ndarray:
    level = pixels / 255.0
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def bump(material: Material, size: int = 64) -> Relief:
    """A smooth hill of one material, without a cast shadow under a high light."""
    y, x = np.mgrid[:size, :size].astype(np.float32) - size / 2
    height = 4 * np.exp(-(x * x + y * y) / 200)
    flat = np.ones((size, size), np.float32)
    colour = flat[..., None] * np.float32(1)
    return Relief(
        height.astype(np.float32),
        colour * np.array(material.albedo, np.float32),
        colour * np.array(material.f0, np.float32),
        flat * np.float32(material.roughness),
        flat > 0,
        np.zeros((size, size), np.uint8),
        [material.name],
    )


def ridge() -> Array:
    """Flat ground with a wall 4 pixels high across columns 48 to 51."""
    height = np.zeros((40, 100), np.float32)
    height[:, 48:52] = 4
    return height


def test_rings_are_those_of_synthrti() -> None:
    dome, test = ring_lights(DOME), ring_lights(TEST)
    for lights, expected in (
        (dome, {10: 18, 30: 12, 50: 10, 70: 8, 90: 1}),
        (test, {20: 8, 40: 4, 60: 4, 80: 4}),
    ):
        assert np.linalg.norm(lights, axis=1) == pytest.approx(1, abs=1e-6)
        elevations, counts = np.unique(
            np.degrees(np.arcsin(lights[:, 2].clip(-1, 1))).round(), return_counts=True
        )
        assert dict(zip(elevations.astype(int).tolist(), counts.tolist(), strict=True)) == expected
    assert dome[0] == pytest.approx([0.3368, 0.9254, 0.1736], abs=1e-4)
    assert dome[30] == pytest.approx([0.3778, 0.5200, 0.7660], abs=1e-4)
    assert test[8] == pytest.approx([0.7077, 0.2932, 0.6428], abs=1e-3)
    assert test[12] == pytest.approx([0.4619, -0.1913, 0.8660], abs=1e-4)


@pytest.mark.parametrize("item", ["Single/Object1/material2", "Multi/Object2/material5"])
def test_lights_equal_published_ones(item: str) -> None:
    folder = Path(__file__).parents[4] / "shared/data/synthrti" / item
    if not folder.is_dir():
        pytest.skip("the SynthRTI collections are not on this machine")
    for name, rings in (("Dome", DOME), ("Test", TEST)):
        lines = (folder / name / "dirs.lp").read_text().splitlines()[1:]
        published = np.array([line.split()[1:] for line in lines if line], np.float32)
        assert ring_lights(rings) == pytest.approx(published, abs=2e-3)


def test_layout(sample: Path) -> None:
    for name, count in (("Dome", 49), ("Test", 20)):
        pictures, lights = read_set(sample / name)
        assert len(pictures) == len(lights) == count
        assert {(picture.shape, picture.dtype) for picture in pictures} == {
            ((HEIGHT, WIDTH, 3), np.dtype(np.uint8))
        }
    assert sorted(p.name for p in sample.iterdir()) == ["Dome", "Test", "mask.png", "normals.png"]


def test_mask_is_the_object_on_dark_ground(sample: Path) -> None:
    mask = read(sample / "mask.png")
    assert mask.shape == (HEIGHT, WIDTH)
    assert set(np.unique(mask)) == {0, 255}
    assert 0.6 < (mask == 255).mean() < 0.95
    assert not mask[[0, -1]].any() and not mask[:, [0, -1]].any()
    overhead = read_set(sample / "Dome")[0][48]
    assert overhead[mask == 255].mean() > 3 * overhead[mask == 0].mean()


def test_pictures_differ_and_are_well_exposed(sample: Path) -> None:
    pictures, lights = read_set(sample / "Dome")
    mask = read(sample / "mask.png") == 255
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
    for picture, light in zip(pictures, lights, strict=True):
        assert (picture[mask] == 255).any(-1).mean() < 0.03
        assert picture[mask].mean() > (25 if light[2] < 0.2 else 60)


def test_same_seed_same_bytes_other_seed_other_object(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path / "again", WIDTH, HEIGHT, seed=0)
    write_sample(tmp_path / "other", WIDTH, HEIGHT, seed=1)
    files = sorted(p.relative_to(sample) for p in sample.rglob("*") if p.is_file())
    assert len(files) == 49 + 20 + 2 + 2
    for file in files:
        assert (sample / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file
    for name in ("normals.png", "mask.png", "Dome/image01.png"):
        assert (sample / name).read_bytes() != (tmp_path / "other" / name).read_bytes()


def test_normals_agree_with_photometric_stereo(sample: Path) -> None:
    """Lambert's fit to pixels lit by all high lights finds the normals that are written."""
    pictures, lights = read_set(sample / "Dome")
    high = [i for i, light in enumerate(lights) if 0.7 < light[2] < 0.99]
    levels = np.stack([linear(pictures[i]).mean(-1) for i in high])  # [L, H, W]
    fit = np.linalg.lstsq(lights[high], levels.reshape(len(high), -1), rcond=None)[0]
    error = np.abs(lights[high] @ fit - levels.reshape(len(high), -1)).max(0)
    found = (fit / np.linalg.norm(fit, axis=0)).T.reshape(HEIGHT, WIDTH, 3)
    written = read(sample / "normals.png") / 127.5 - 1
    assert np.linalg.norm(written, axis=-1) == pytest.approx(1, abs=0.02)
    mask = read(sample / "mask.png") == 255
    matte = (error.reshape(HEIGHT, WIDTH) < 0.03) & mask & (written[..., 2] < 0.97)
    assert matte.sum() > 200
    for axis in (0, 1):
        assert np.corrcoef(found[matte][:, axis], written[matte][:, axis])[0, 1] > 0.97


def test_normals_are_those_of_the_height_field() -> None:
    """A plane that rises by a to the right and by b upward has the normal (-a, -b, 1)."""
    rise_x, rise_y = 0.3, 0.5
    row, column = np.mgrid[:20, :30]
    relief = bump(STONE)
    plane = replace(relief, height=(rise_x * column - rise_y * row).astype(np.float32))
    expected = np.array([-rise_x, -rise_y, 1]) / np.linalg.norm([rise_x, rise_y, 1])
    assert plane.normals() == pytest.approx(np.broadcast_to(expected, (20, 30, 3)), abs=1e-5)


@pytest.mark.parametrize("material", [STONE, GOLD])
def test_reflection_equals_the_textbook_formula(material: Material) -> None:
    """Against Cook-Torrance written out for one pixel at a time in float64."""
    relief = bump(material)
    normals = relief.normals()
    light = np.array([0.5, -0.3, 0.8]) / np.linalg.norm([0.5, -0.3, 0.8])
    got = reflect(normals, relief.albedo, relief.f0, relief.roughness, light.astype(np.float32))
    view = np.array([0.0, 0.0, 1.0])
    half = (light + view) / np.linalg.norm(light + view)
    alpha = material.roughness**2
    for row, column in ((32, 32), (20, 40), (50, 25), (30, 8)):
        n = normals[row, column].astype(float)

        def shadowing(cosine: float) -> float:
            tangent = np.sqrt(1 / cosine**2 - 1)
            return 2 / (1 + np.sqrt(1 + (alpha * tangent) ** 2))

        n_l, n_v, n_h = n @ light, n @ view, n @ half
        ggx = alpha**2 / (np.pi * (n_h**2 * (alpha**2 - 1) + 1) ** 2)
        for channel in range(3):
            f0 = material.f0[channel]
            fresnel = f0 + (1 - f0) * (1 - half @ view) ** 5
            specular = fresnel * ggx * shadowing(n_l) * shadowing(n_v) / (4 * n_l * n_v)
            diffuse = (1 - fresnel) * material.albedo[channel] / np.pi
            expected = np.pi * (diffuse + specular) * n_l
            assert got[row, column, channel] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("elevation", [10, 30, 60])
def test_shadow_is_as_long_as_the_wall_is_high(turn: int, elevation: float) -> None:
    """A wall lit square on casts its shadow to the far side only, height / tan(elevation) long."""
    tangent = np.tan(np.radians(elevation))
    direction = [(1, 0), (0, 1), (-1, 0), (0, -1)][turn]  # where +x goes in quarter turns
    light = np.array([*direction, tangent]) / np.hypot(1, tangent)
    visible = np.rot90(visibility(np.rot90(ridge(), turn).copy(), light), -turn)
    dark = (visible < 0.5)[20]
    assert not dark[52:].any()
    assert dark[:48].sum() == pytest.approx(4 / tangent, abs=1.5)
    assert visible.min() >= 0 and visible.max() <= 1


def test_shadow_under_a_slanting_light_agrees_with_marching() -> None:
    """The sweep against a ray marched pixel by pixel, on rough ground."""
    random = np.random.default_rng(3)
    height = 40 * blur(random.standard_normal((60, 80), np.float32), 4)
    for azimuth in (20, 75, 130, 200, 250, 310):
        angle, tangent = np.radians(azimuth), np.tan(np.radians(20))
        light = np.array([np.cos(angle), np.sin(angle), tangent]) / np.hypot(1, tangent)
        row, column = np.mgrid[:60, :80].astype(np.float32)
        above = np.full((60, 80), -np.inf)
        for distance in np.arange(1, 90, 0.5):
            at_x = (column + distance * np.cos(angle)).astype(np.float32)
            at_y = (row - distance * np.sin(angle)).astype(np.float32)
            ground = cv2.remap(
                height,
                at_x,
                at_y,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=-99,
            )
            above = np.maximum(above, ground - height - distance * tangent)
        visible = visibility(height, light.astype(np.float32))
        clear = np.abs(above) > 0.6
        assert 0.05 < (above > 0).mean() < 0.9
        assert ((visible < 0.5) == (above > 0))[clear].mean() > 0.99


def test_shadows_in_the_pictures(sample: Path) -> None:
    """Raking light leaves points in the dark that face it: something stands in its way."""
    pictures, lights = read_set(sample / "Dome")
    normals = read(sample / "normals.png") / 127.5 - 1
    mask = read(sample / "mask.png") == 255
    for picture, light in zip(pictures, lights, strict=True):
        if light[2] < 0.2:
            faces_light = (normals @ light > 0.15) & mask
            assert 0.02 < (picture.max(-1)[faces_light] < 8).mean() < 0.6


def test_behind_a_ridge_it_is_darker_than_under_the_opposite_light() -> None:
    height = ridge()
    shape = height.shape
    albedo = np.full((*shape, 3), 0.5, np.float32)
    flat = np.full(shape, 0.8, np.float32)
    material = np.zeros(shape, np.uint8)
    relief = Relief(
        height, albedo, albedo * np.float32(0.08), flat, flat > 0, material, ["plaster"]
    )
    east, west = (
        photograph(relief, relief.normals(), np.array([x, 0, 0.26], np.float32))
        for x in (0.966, -0.966)
    )
    assert east[20, 42].max() == 0 and west[20, 42].min() > 60
    assert west[20, 57].max() == 0 and east[20, 57].min() > 60
    assert (east[20, 10] == west[20, 90]).all()


@pytest.mark.parametrize("size", [(16, 16), (200, 20), (31, 77)])
def test_any_shape(size: tuple[int, int], tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    write_sample(tmp_path / "s", *size, seed=5, progress=lambda i, n: calls.append((i, n)))
    assert read(tmp_path / "s/normals.png").shape == (size[1], size[0], 3)
    assert calls == [(i, 69) for i in range(1, 70)]


@pytest.mark.parametrize(
    ("width", "height", "seed", "says"),
    [(15, 100, 0, "small"), (100, 0, 0, "small"), (5000, 5000, 0, "large"), (64, 64, -1, "seed")],
)
def test_impossible_requests_are_refused(
    width: int, height: int, seed: int, says: str, tmp_path: Path
) -> None:
    with pytest.raises(RakingError, match=says):
        write_sample(tmp_path / "s", width, height, seed)
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_is_kept(tmp_path: Path) -> None:
    folder, file, empty = tmp_path / "folder", tmp_path / "file", tmp_path / "empty"
    folder.mkdir()
    (folder / "precious.txt").write_text("mine")
    file.write_text("mine")
    empty.mkdir()
    with pytest.raises(RakingError, match="not empty"):
        write_sample(folder, 16, 16)
    with pytest.raises(RakingError, match="is a file"):
        write_sample(file, 16, 16)
    assert (folder / "precious.txt").read_text() == file.read_text() == "mine"
    write_sample(empty, 16, 16)
    assert (empty / "Dome" / "dirs.lp").is_file()


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_interrupted_leaves_nothing(
    failure: BaseException | type[BaseException], tmp_path: Path
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 7:
            raise failure

    expected = KeyboardInterrupt if failure is KeyboardInterrupt else RakingError
    with pytest.raises(expected):
        write_sample(tmp_path / "s", 32, 32, progress=stop)
    assert not list(tmp_path.iterdir())


def test_large_pictures_are_jpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PNG up to a limit (lowered here), JPEG of nearly the same levels beyond."""
    write_sample(tmp_path / "png", 64, 48)
    monkeypatch.setattr("trainer.sample.sample.LOSSLESS_PIXELS", 64 * 48 - 1)
    write_sample(tmp_path / "jpg", 64, 48)
    exact, _ = read_set(tmp_path / "png" / "Dome")
    lossy, _ = read_set(tmp_path / "jpg" / "Dome")
    assert (tmp_path / "jpg" / "Dome" / "image49.jpg").is_file()
    difference = np.stack(exact).astype(float) - np.stack(lossy)
    assert 0 < np.sqrt(np.mean(np.square(difference))) < 3
