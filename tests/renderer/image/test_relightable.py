"""Relightable images on disk: ours, the published trainer's, and damaged ones."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.image.relightable import read_image, write_image
from shaders.errors import RakingError

LINEAR = [
    ("ptm", 9, "PTM(LRGB)"),
    ("ptm", 18, "PTM"),
    ("hsh", 12, "HSH(1)"),
    ("hsh", 27, "HSH(2)"),
    ("hsh", 48, "HSH(3)"),
    ("rbf", 9, "PCA/RBF"),
]


@pytest.fixture
def written(make_image, tmp_path: Path) -> Path:
    image = make_image()
    image.mask = np.zeros((48, 64), bool)
    image.mask[10:20, 5:60] = True
    image.provenance = {"model": "disk", "seed": 3}
    write_image(image, tmp_path / "image")
    return tmp_path / "image"


def edit(path: Path, **changes: object) -> None:
    info = json.loads((path / "info.json").read_text())
    info.update(changes)
    (path / "info.json").write_text(json.dumps(info))


@pytest.mark.parametrize(("units", "latents"), [(1, 3), (10, 9), (50, 9), (64, 27)])
def test_what_is_written_is_read(make_image, tmp_path: Path, units: int, latents: int) -> None:
    image = make_image(units, latents)
    write_image(image, tmp_path / "image")
    again = read_image(tmp_path / "image")
    np.testing.assert_array_equal(again.planes, image.planes)
    np.testing.assert_array_equal(again.decoder.latent_min, image.decoder.latent_min)
    np.testing.assert_array_equal(again.decoder.latent_max, image.decoder.latent_max)
    for found, layer in zip(again.decoder.layers, image.decoder.layers, strict=True):
        np.testing.assert_array_equal(found.weight, layer.weight)
        np.testing.assert_array_equal(found.bias, layer.bias)


def test_mask_and_provenance(written: Path) -> None:
    image = read_image(written)
    assert image.mask is not None
    assert image.mask.sum() == 10 * 55
    assert image.provenance == {"model": "disk", "seed": 3}
    assert image.label == "DisK(20)"
    with Image.open(written / "plane_0.png") as plane:
        assert plane.mode == "RGB"


def test_layout_of_the_published_lists(written: Path) -> None:
    info = json.loads((written / "info.json").read_text())
    assert [len(values) for values in info["weights"]] == [20 * 12, 20 * 20, 3 * 20]
    assert info["samples"] == 20
    weight = read_image(written).decoder.layers[0].weight
    assert info["weights"][0][12 : 12 + 11] == weight[1].tolist()
    assert info["weights"][0][12 + 11] == 0


def test_published_image(shared_data: Path) -> None:
    path = shared_data / "interop" / "neural_disk" / "Student"
    image = read_image(path)
    assert image.decoder.units == 20
    # Where float latents lie beside the planes, the stored ones must be within a step of them.
    floats = np.load(path / "coefficient.npy").reshape(320, 320, 9)
    info = json.loads((path / "info.json").read_text())
    step = (np.array(info["max"]) - np.array(info["min"])) / 255
    order = np.arange(9).reshape(3, 3)[:, ::-1].ravel()  # its planes are blue first
    levels = np.concatenate(list(image.planes), axis=-1)
    latents = levels * step[order] + np.array(info["min"])[order]
    assert (np.abs(latents - floats[..., order]) <= 1.01 * step[order]).mean() > 0.999


def test_bgr_is_put_in_rgb_order(shared_data: Path, by_hand) -> None:
    """The published image relit at a training light looks like the photograph, in its colours."""
    image = read_image(shared_data / "interop" / "neural_disk" / "Student")
    item = shared_data / "synthrti" / "Multi" / "Object2" / "material5" / "Dome"
    with Image.open(item / "image01.jpg") as picture:
        photograph = np.asarray(picture, np.float64) / 255
    error = np.mean((by_hand(image, (0.3368, 0.9254)) - photograph) ** 2)
    swapped = np.mean((by_hand(image, (0.3368, 0.9254))[..., ::-1] - photograph) ** 2)
    assert -10 * np.log10(error) > 18
    assert error < 0.6 * swapped


def test_published_image_with_jpeg_planes_only(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "interop" / "neural_disk" / "Student"
    for name in ("info.json", "plane_0.jpg", "plane_1.jpg", "plane_2.jpg"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    jpeg, png = read_image(tmp_path), read_image(source)
    difference = np.abs(jpeg.planes.astype(int) - png.planes)
    assert 0 < difference.mean() < 6


def foreign(written: Path, names: list[str]) -> Path:
    """As another program would have written it: no block of ours, and planes under these names."""
    info = json.loads((written / "info.json").read_text())
    del info["raking"]
    (written / "info.json").write_text(json.dumps(info))
    for i, name in enumerate(names):
        (written / f"plane_{i}.png").rename(written / f"_{name}")
    for name in names:
        (written / f"_{name}").rename(written / name)
    return written


def test_planes_counted_from_one(written: Path) -> None:
    before = read_image(written).planes
    again = read_image(foreign(written, ["plane_1.png", "plane_2.png", "plane_3.png"]))
    np.testing.assert_array_equal(again.planes, before)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_missing_plane_is_never_replaced_by_another(written: Path, missing: int) -> None:
    foreign(written, ["plane_0.png", "plane_1.png", "plane_2.png"])
    (written / f"plane_{missing}.png").unlink()
    with pytest.raises(RakingError, match=f"plane_{missing}.png is missing"):
        read_image(written)


@pytest.mark.parametrize("layers", [[], [11], [11, 20, 20, 4], [11, 40, 40, 3]])
def test_layer_widths_that_cannot_be(written: Path, layers: list[int]) -> None:
    info = json.loads((written / "info.json").read_text())
    info["raking"]["layers"] = layers
    edit(written, raking=info["raking"])
    with pytest.raises(RakingError, match=r"info.json"):
        read_image(written)


def test_a_picture_of_another_size(written: Path) -> None:
    Image.new("L", (400, 300)).save(written / "mask.png")
    with pytest.raises(RakingError, match=r"mask.png is 400 x 300"):
        read_image(written)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"type": "svbrdf"}, "type 'svbrdf' is unknown"),
        ({"type": None}, "type"),
        ({"width": 0}, "width"),
        ({"width": 65}, "64 x 48 pixels"),
        ({"min": [0.0] * 9, "max": [0.0] * 9}, "empty or reversed"),
        ({"min": [1.0] * 9, "max": [0.0] * 9}, "empty or reversed"),
        ({"max": [1.0] * 8}, "differ in length"),
        ({"biases": [[0.0] * 20, [0.0] * 19, [0.0] * 3]}, "biases of layer 2"),
        ({"weights": [[0.0] * 240, [0.0] * 399, [0.0] * 60]}, "weights of layer 2"),
        ({"weights": [[0.0] * 240, [0.0] * 400]}, "weights"),
        ({"weights": [[float("nan")] * 240, [0.0] * 400, [0.0] * 60]}, "NaN"),
        ({"weights": [["x"] * 240, [0.0] * 400, [0.0] * 60]}, "weights"),
    ],
)
def test_a_wrong_info_is_named(written: Path, changes: dict, sentence: str) -> None:
    edit(written, **changes)
    with pytest.raises(RakingError, match=sentence) as error:
        read_image(written)
    assert str(written) in str(error.value)


@pytest.mark.parametrize(("model", "latents", "label"), LINEAR)
def test_a_linear_image_that_is_written_is_read(
    make_linear_image, tmp_path: Path, model: str, latents: int, label: str
) -> None:
    image = make_linear_image(model, latents)
    image.mask = np.eye(48, 64) == 0
    image.provenance = {"model": model}
    write_image(image, tmp_path / "image")
    again = read_image(tmp_path / "image")
    np.testing.assert_array_equal(again.planes, image.planes)
    np.testing.assert_array_equal(again.mask, image.mask)
    assert (again.label, again.provenance) == (label, {"model": model})
    assert again.decoder.model == model
    for name in ("latent_min", "latent_max", "lights", "splines"):
        found, kept = (getattr(i.decoder, name) for i in (again, image))
        assert (found is None) == (kept is None)
        if kept is not None:
            np.testing.assert_array_equal(found, kept)


def test_keys_of_relight(make_linear_image, tmp_path: Path) -> None:
    """What OpenLIME reckons with: (level / 255 - bias) * scale, three planes a term."""
    image = make_linear_image("hsh", 27)
    write_image(image, tmp_path / "image")
    info = json.loads((tmp_path / "image" / "info.json").read_text())
    assert (info["type"], info["colorspace"], info["nplanes"]) == ("hsh", "rgb", 27)
    (material,) = info["materials"]
    for level, latent in ((0, image.decoder.latent_min), (255, image.decoder.latent_max)):
        stored = (level / 255 - np.array(material["bias"])) * np.array(material["scale"])
        np.testing.assert_allclose(stored, latent, rtol=1e-6)


def without(info: dict, *keys: str) -> dict:
    return {key: value for key, value in info.items() if key not in keys}


@pytest.mark.parametrize(
    ("model", "damage", "sentence"),
    [
        ("rbf", lambda i: without(i, "raking"), "of another program"),
        ("hsh", lambda i: without(i, "materials"), "materials"),
        ("hsh", lambda i: {**i, "type": "ptm"}, "48 coefficients, where 9 or 18 are needed"),
        ("hsh", lambda i: {**i, "nplanes": 27}, "nplanes is 27"),
        ("hsh", lambda i: {**i, "raking": {**i["raking"], "order": 2}}, "order"),
        ("hsh", lambda i: {**i, "raking": {**i["raking"], "version": 4}}, "version"),
        ("hsh", lambda i: {**i, "materials": [{"scale": [1] * 48, "bias": [0] * 47}]}, "47 biases"),
        ("hsh", lambda i: {**i, "materials": [{"scale": [0] * 48, "bias": [0] * 48}]}, "empty"),
        ("hsh", lambda i: {**i, "materials": [{"scale": [9e99] * 48, "bias": [1] * 48}]}, "finite"),
        ("hsh", lambda i: {**i, "materials": [{"scale": ["x"] * 48, "bias": [1] * 48}]}, "scale"),
        ("hsh", lambda i: {**i, "materials": [{"scale": [np.nan] * 48, "bias": []}]}, "NaN"),
        ("rbf", lambda i: without(i, "lights"), "splines"),
        ("rbf", lambda i: {**i, "lights": i["lights"][:-1]}, "lights"),
        ("rbf", lambda i: {**i, "raking": without(i["raking"], "splines")}, "splines"),
        ("rbf", lambda i: {**i, "raking": {**i["raking"], "splines": [[0.0] * 29] * 16}}, "30"),
        (
            "rbf",
            lambda i: {**i, "raking": {**i["raking"], "splines": [[9e99] * 30] * 16}},
            "finite",
        ),
    ],
)
def test_a_wrong_linear_info_is_named(
    make_linear_image, tmp_path: Path, model: str, damage, sentence: str
) -> None:
    write_image(make_linear_image(model, 48 if model == "hsh" else 9), tmp_path / "image")
    file = tmp_path / "image" / "info.json"
    file.write_text(json.dumps(damage(json.loads(file.read_text()))))
    with pytest.raises(RakingError, match=sentence) as error:
        read_image(tmp_path / "image")
    assert str(file) in str(error.value)


def test_a_path_in_place_of_a_file_name_is_refused(written: Path) -> None:
    info = json.loads((written / "info.json").read_text())
    info["raking"]["planes"][1] = "../../secret.png"
    edit(written, raking=info["raking"])
    with pytest.raises(RakingError, match="plain file name"):
        read_image(written)


def test_broken_json(written: Path) -> None:
    (written / "info.json").write_text('{"type": "neu')
    with pytest.raises(RakingError, match=r"info.json is not valid JSON"):
        read_image(written)


def test_missing_plane(written: Path) -> None:
    (written / "plane_1.png").unlink()
    with pytest.raises(RakingError, match=r"plane_1.png is missing"):
        read_image(written)


def test_a_plane_that_is_far_larger_than_its_pixels_is_not_read(written: Path) -> None:
    with (written / "plane_1.png").open("r+b") as file:
        file.truncate(1 << 40)  # a hole, which takes no room on the disk
    with pytest.raises(RakingError, match=r"plane_1\.png is damaged \(it is far larger"):
        read_image(written)


def test_truncated_plane(written: Path) -> None:
    data = (written / "plane_2.png").read_bytes()
    (written / "plane_2.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(RakingError, match=r"plane_2.png is damaged"):
        read_image(written)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(RakingError, match="not a folder"):
        read_image(tmp_path / "none")
    with pytest.raises(RakingError, match=r"no info.json"):
        read_image(tmp_path)


def test_a_foreign_folder_is_not_overwritten(make_image, tmp_path: Path) -> None:
    (tmp_path / "photographs.txt").write_text("dear")
    with pytest.raises(RakingError, match="not empty"):
        write_image(make_image(), tmp_path)
    assert (tmp_path / "photographs.txt").read_text() == "dear"


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_stop_in_the_middle_leaves_the_old_image(
    make_image, written: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    before = read_image(written)
    save = Image.Image.save

    def fail_on_the_second(self: Image.Image, file: Path, *args: object, **options: object) -> None:
        if Path(file).name == "plane_1.png":
            raise stop
        save(self, file, *args, **options)

    monkeypatch.setattr(Image.Image, "save", fail_on_the_second)
    with pytest.raises((RakingError, KeyboardInterrupt)) as error:
        write_image(make_image(seed=5), written)
    if isinstance(stop, OSError):
        assert "No space left" in str(error.value)
    np.testing.assert_array_equal(read_image(written).planes, before.planes)
    assert [path.name for path in written.parent.iterdir()] == ["image"]
