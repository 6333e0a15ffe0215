"""Regions of interest: how they are read, how training draws them, what is scored."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from shaders.errors import RakingError
from trainer.collection.mlic import Mlic, read_mlic
from trainer.collection.samples import Samples
from trainer.training.region import read_region
from trainer.training.sampling import choose_in_region, choose_pixels
from trainer.training.settings import Sampling, TrainingSettings

from ...command import raking
from ..conftest import SIZE, bumps, ring_lights, train, write_collection, write_picture

RECTANGLE = (3, 5, 8, 4)
INSIDE = np.zeros((SIZE, SIZE), bool)
INSIDE[5:9, 3:11] = True


def as_file(path: Path, kind: str) -> Path:
    """The rectangle as a user's file, `region.csv` or `region.png`."""
    file = path / f"region.{kind}"
    if kind == "csv":
        rows, columns = np.nonzero(INSIDE)
        pairs = (f"{x},{y}" for x, y in zip(columns, rows, strict=True))
        file.write_text("\n".join(["x,y", *pairs]) + "\n")
    else:
        write_picture(file, INSIDE.astype(np.uint8) * 255)
    return file


@pytest.mark.parametrize("kind", ["rectangle", "csv", "png"])
def test_files_and_rectangles_say_the_same(mlic: Mlic, tmp_path: Path, kind: str) -> None:
    region = RECTANGLE if kind == "rectangle" else as_file(tmp_path, kind)
    found = read_region(TrainingSettings(region=region), mlic)
    np.testing.assert_array_equal(found, INSIDE)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_every_so_many_pixels_of_a_region(mlic: Mlic, step: int) -> None:
    found = read_region(TrainingSettings(region=(1, 0, 23, 9), region_step=step), mlic)
    expected = [(y, x) for y in range(0, 9, step) for x in range(1, 24) if x % step == 0]
    assert np.argwhere(found).tolist() == [list(place) for place in expected]


def test_a_step_may_leave_too_few_pixels(mlic: Mlic) -> None:
    settings = TrainingSettings(region=RECTANGLE, region_step=2)
    with pytest.raises(RakingError, match="has 8 pixels"):
        read_region(settings, mlic)


@pytest.mark.parametrize("weight", [None, 1.0, 2.5, 10.0])
def test_how_often_pixels_are_drawn(mlic: Mlic, weight: float | None) -> None:
    settings = TrainingSettings(region=RECTANGLE, region_weight=weight)
    samples = Samples(mlic, torch.device("cpu"))
    pixels = choose_in_region(samples, read_region(settings, mlic), settings).numpy()
    times = np.bincount(pixels, minlength=SIZE * SIZE).reshape(SIZE, SIZE)
    assert (times[~INSIDE] == (0 if weight is None else 1)).all()
    assert times[INSIDE].mean() == pytest.approx(weight or 1, rel=0.1)
    assert np.ptp(times[INSIDE]) <= 1


@pytest.mark.parametrize("sampling", ["uniform", "regular", "informed"])
def test_a_share_of_the_region_is_chosen_as_of_the_whole(
    mlic: Mlic, sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a region that is everything, the same pixels; of another, some of its own."""
    monkeypatch.setattr("trainer.training.sampling.FEWEST_PIXELS", 4)
    samples = Samples(mlic, torch.device("cpu"))
    whole = TrainingSettings(region=(0, 0, SIZE, SIZE), pixels=0.1, sampling=sampling)
    chosen = choose_in_region(samples, read_region(whole, mlic), whole)
    torch.testing.assert_close(chosen, choose_pixels(samples, 0.1, sampling, whole.seed))
    part = TrainingSettings(region=RECTANGLE, pixels=0.25, sampling=sampling)
    chosen = choose_in_region(samples, INSIDE, part)
    rows, columns = np.divmod(samples.place[chosen].numpy(), SIZE)
    assert len(set(chosen.tolist())) == len(chosen) == 8
    assert INSIDE[rows, columns].all()
    if sampling == "regular":
        assert (len(set(rows)), len(set(columns))) == (2, 4)


def test_of_a_masked_object_its_pixels_alone(tmp_path: Path) -> None:
    path = write_collection(tmp_path / "bumps")
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[:, 6:] = 255
    write_picture(path / "mask.png", mask)
    mlic = read_mlic(path)
    settings = TrainingSettings(region=RECTANGLE)
    found = read_region(settings, mlic)
    assert found is not None
    np.testing.assert_array_equal(found, INSIDE & (mask > 0))
    samples = Samples(mlic, torch.device("cpu"))
    place = samples.place[choose_in_region(samples, found, settings)].numpy()
    np.testing.assert_array_equal(np.sort(place), np.flatnonzero(found))


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Mlic:
    """A surface whose left half is matte and whose right half glitters."""
    pictures = bumps(ring_lights())
    noise = np.random.default_rng(0).integers(0, 256, pictures[:, :, SIZE // 2 :].shape, np.uint8)
    pictures[:, :, SIZE // 2 :] = noise
    path = tmp_path_factory.mktemp("halves") / "collection"
    return read_mlic(write_collection(path, pictures=pictures))


@pytest.mark.long
def test_training_on_a_region_is_better_inside_and_still_encodes_the_rest(halves: Mlic) -> None:
    matte = (0, 0, SIZE // 2, SIZE)
    options = {"model": "neural", "units": 8, "steps": 150}
    everywhere = train(halves, **options, region=(0, 0, SIZE, SIZE))
    alone = train(halves, **options, region=matte)
    weighted = train(halves, **options, region=matte, region_weight=20)
    scores = alone.provenance["region_scores"]
    assert scores["pixels"] == SIZE * SIZE // 2
    assert "outside" not in everywhere.provenance["region_scores"]
    plain = train(halves, **options, region=matte, region_weight=1)
    inside = [image.provenance["region_scores"]["inside"]["psnr"] for image in (plain, weighted)]
    assert scores["inside"]["psnr"] > inside[0] + 0.5
    assert inside[1] > inside[0] + 0.5
    assert alone.planes[:, :, SIZE // 2 :].std() > 5  # encoded all the same
    levels = alone.planes[:, :, : SIZE // 2].reshape(len(alone.planes), -1, 3)
    assert np.ptp(levels, axis=1).min() > 240, "the levels are for the latents of the region"
    whole = alone.provenance["scores"]["psnr"]
    assert scores["outside"]["psnr"] < whole < scores["inside"]["psnr"]


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ((20, 0, 5, 5), "reaches beyond the picture of 24 x 24 pixels"),
        ((0, 0, 2, 4), "has 8 pixels on the object, where 9 are the fewest"),
        ("absent.csv", "cannot read the region"),
        ("absent.txt", "no CSV, no mask such as a PNG, and no rectangle"),
        ("absent.png", "cannot read"),
    ],
)
def test_regions_that_cannot_be(mlic: Mlic, region: object, said: str) -> None:
    with pytest.raises(RakingError, match=said):
        train(mlic, model="neural", steps=1, region=region)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no CSV with a heading x,y"),
        ("x,y\n", "lists no pixels"),
        ("a,b\n1,2\n", "has no heading x,y"),
        ("x,y\n1,2\n3,four\n", "line 3 .* is not two whole numbers"),
        ("x,y\n1,2\n3\n", "line 3 .* is not two whole numbers"),
        ("x,y\n1.5,2\n", "line 2 .* is not two whole numbers"),
        ("x,y\n1,2\n24,2\n", "line 3 .* outside the picture of 24 x 24"),
        ("x,y\n1,-2\n", "line 2 .* outside the picture"),
        ("x,y\n1,1\n1,1\n", "has 1 pixels on the object"),
        ("\xff\xfe\x00\x01", "no CSV|no heading"),
    ],
)
def test_lists_that_cannot_be(mlic: Mlic, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "region.csv"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(RakingError, match=said):
        read_region(TrainingSettings(region=file), mlic)


@pytest.mark.parametrize(("shape", "said"), [((24, 24), "no white"), ((24, 25), "25 x 24 pixels")])
def test_masks_that_cannot_be(
    mlic: Mlic, tmp_path: Path, shape: tuple[int, int], said: str
) -> None:
    write_picture(tmp_path / "region.png", np.zeros(shape, np.uint8))
    with pytest.raises(RakingError, match=said):
        read_region(TrainingSettings(region=tmp_path / "region.png"), mlic)


@pytest.mark.parametrize(
    "settings",
    [
        {"region": (-1, 0, 5, 5)},
        {"region": (0, 0, 0, 5)},
        {"region_weight": 2.0},
        {"region_step": 2},
        {"region": (0, 0, 5, 5), "region_step": 0},
    ],
    ids=str,
)
def test_settings_that_cannot_be(settings: dict[str, object]) -> None:
    with pytest.raises(RakingError, match=r"cannot be|needs a region"):
        TrainingSettings(**settings)  # type: ignore[arg-type]


@pytest.mark.long
def test_the_command(collection: Callable[..., Path], tmp_path: Path) -> None:
    path, output = collection(), tmp_path / "image"
    command = ("train", path, "-o", output, "--model", "neural", "--units", 4, "--steps", 20)
    asked = (*command, "--region", as_file(tmp_path, "csv"))
    done = raking(*asked)
    assert done.returncode == 0, done.stderr
    assert "region region.csv, 32 pixels" in done.stdout
    assert "done before" in raking(*asked).stdout
    (tmp_path / "region.csv").write_text("x,y\n" + "".join(f"{i},0\n" for i in range(12)))
    assert raking(*asked).returncode == 1  # another region is another image
    assert raking(*asked, "--force").returncode == 0
    assert raking(*command, "--region", "3,5,8,4", "--region-weight", 4, "--force").returncode == 0
    for wrong in (("--region", "0,0,99,2"), ("--region-weight", 3), ("--region", "x.csv")):
        refused = raking(*command, *wrong, "--force")
        assert refused.returncode in (1, 2) and refused.stderr.count("\n") == 1
    refused = raking("train", path, "-o", output, "--model", "ptm", "--region", "0,0,5,5")
    assert refused.returncode == 2 and "--region goes with" in refused.stderr
