"""Collections that cannot be used: one sentence, which names the file."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from shaders.errors import RakingError
from trainer.collection.mlic import read_mlic

from ..conftest import SIZE, bumps, ring_lights, write_picture

Write = Callable[..., Path]


def spoil_truncate(path: Path) -> None:
    file = path / "image04.png"
    file.write_bytes(file.read_bytes()[:-400])


def spoil_text(path: Path) -> None:
    (path / "image04.png").write_text("no picture")


def spoil_empty(path: Path) -> None:
    (path / "image04.png").write_bytes(b"")


def spoil_float(path: Path) -> None:
    (path / "image04.png").unlink()
    cv2.imwrite(str(path / "image04.tif"), np.zeros((SIZE, SIZE, 3), np.float32))


def spoil_size(path: Path) -> None:
    write_picture(path / "image04.png", np.zeros((SIZE, SIZE + 1, 3), np.uint8))


def spoil_depth(path: Path) -> None:
    write_picture(path / "image04.png", np.zeros((SIZE, SIZE, 3), np.uint16))


def spoil_unlit(path: Path) -> None:
    for index in range(21):
        write_picture(path / f"extra{index}.png", np.zeros((SIZE, SIZE, 3), np.uint8))


def spoil_twice(path: Path) -> None:
    with (path / "dirs.lp").open("a") as file:
        file.write("image04.png 0 0 1\n")


def spoil_no_lp(path: Path) -> None:
    (path / "dirs.lp").unlink()


def spoil_two_lp(path: Path) -> None:
    (path / "more.lp").write_text("0\n")


def spoil_few(path: Path) -> None:
    (path / "test.txt").write_text("\n".join(f"image{i:02}.png" for i in range(15)))


def spoil_test_txt(path: Path) -> None:
    (path / "test.txt").write_text("image99.png\n")


def spoil_empty_test_txt(path: Path) -> None:
    (path / "test.txt").write_text("\n")


def spoil_mask_size(path: Path) -> None:
    write_picture(path / "mask.png", np.full((SIZE, 5), 255, np.uint8))


def spoil_mask_dark(path: Path) -> None:
    write_picture(path / "mask.png", np.full((SIZE, SIZE), 1, np.uint8))


def spoil_mask_file(path: Path) -> None:
    (path / "mask.png").write_text("no picture")


def spoil_to_black(path: Path) -> None:
    for index in range(20):
        write_picture(path / f"image{index:02}.png", np.full((SIZE, SIZE, 3), index % 4, np.uint8))


def spoil_to_white(path: Path) -> None:
    for index in range(20):
        write_picture(path / f"image{index:02}.png", np.full((SIZE, SIZE, 3), 255, np.uint8))


def spoil_but_for_the_held_out(path: Path) -> None:
    (path / "test.txt").write_text("image07.png\n")
    for index in set(range(20)) - {7}:
        write_picture(path / f"image{index:02}.png", np.zeros((SIZE, SIZE, 3), np.uint8))


def spoil_but_off_the_mask(path: Path) -> None:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[4:8, 4:8] = 255
    write_picture(path / "mask.png", mask)
    for index, picture in enumerate(bumps(ring_lights())):
        picture[mask > 0] = 0
        write_picture(path / f"image{index:02}.png", picture)


def spoil_mask_empty(path: Path) -> None:
    write_picture(path / "mask.png", np.zeros((SIZE, SIZE), np.uint8))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_truncate, "image04.png is damaged"),
        (spoil_text, "image04.png is damaged"),
        (spoil_empty, "image04.png is damaged"),
        (spoil_float, "image04.tif has 16 bits per channel but .* has 8"),
        (spoil_size, "image04.png is 25 x 24 pixels but .*image00.png is 24 x 24"),
        (spoil_depth, "image04.png has 16 bits per channel"),
        (spoil_unlit, "dirs.lp has lights for 20 of 41 photographs, and none for extra0.png"),
        (spoil_twice, "lists image04.png twice"),
        (spoil_no_lp, "holds no .lp file"),
        (spoil_two_lp, "several .lp files .dirs.lp, more.lp"),
        (spoil_few, "5 photographs to train on, where 6 are the fewest"),
        (spoil_test_txt, "test.txt holds out 'image99.png'"),
        (spoil_empty_test_txt, "test.txt names no image"),
        (spoil_mask_size, "mask.png is 5 x 24 pixels"),
        (spoil_mask_empty, "mask.png holds no white"),
        (spoil_mask_dark, "mask.png holds no white"),
        (spoil_mask_file, "mask.png is damaged"),
        (spoil_to_black, "all of one even black, so there is nothing to learn"),
        (spoil_to_white, "all of one even colour, so there is nothing to learn"),
        (spoil_but_for_the_held_out, "all of one even black"),
        (spoil_but_off_the_mask, "all of one even black"),
    ],
)
def test_bad_input_is_one_sentence_naming_the_file(
    collection: Write, spoil: Callable[[Path], None], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = collection()
    spoil(path)
    with pytest.raises(RakingError, match=words):
        read_mlic(path)
    assert capfd.readouterr().err == ""
