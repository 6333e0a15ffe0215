"""Relit frames as files."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from renderer.files.marks import bears_mark
from renderer.gpu import frames
from renderer.gpu.video import FRAMES_PER_SECOND, LARGEST_VIDEO
from shaders.errors import RakingError


def test_orbit_is_a_circle_at_its_elevation() -> None:
    lights = frames.orbit(8, elevation=60)
    np.testing.assert_allclose(np.hypot(*lights.T), 0.5, atol=1e-12)
    np.testing.assert_allclose(lights[2], (0, 0.5), atol=1e-12)


def test_a_crop_is_a_part_of_the_whole(make_image, by_hand) -> None:
    image = make_image()
    whole = by_hand(image, (0.2, 0.3))
    part = by_hand(frames.crop_image(image, (10, 5, 20, 12)), (0.2, 0.3))
    np.testing.assert_array_equal(part, whole[5:17, 10:30])


def test_a_crop_of_a_linear_image(make_linear_image, by_hand) -> None:
    image = make_linear_image("rbf", 9)
    part = next(
        frames.relight_frames(frames.crop_image(image, (10, 5, 20, 12)), np.array([[0.2, 0.3]]))
    )
    expected = np.rint(by_hand(image, (0.2, 0.3)).clip(0, 1) * 255)[5:17, 10:30]
    assert np.abs(np.asarray(part) - expected).max() <= 1


@pytest.mark.parametrize("crop", [(0, 0, 65, 10), (-1, 0, 5, 5), (0, 0, 0, 5)])
def test_a_crop_outside_is_refused(make_image, crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(RakingError, match="does not lie within"):
        frames.crop_image(make_image(), crop)


def test_sequence_and_animation(make_image, by_hand, tmp_path: Path) -> None:
    image = make_image()
    lights = frames.orbit(3)
    names = ["a", "b", "c"]
    frames.write_sequence(frames.relight_frames(image, lights), names, tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "a.png",
        "animation.webp",
        "b.png",
        "c.png",
    ]
    with Image.open(tmp_path / "out" / "b.png") as frame:
        levels = np.asarray(frame)
    expected = np.rint(by_hand(image, tuple(lights[1])).clip(0, 1) * 255)
    assert np.abs(levels - expected).max() <= 1
    with Image.open(tmp_path / "out" / "animation.webp") as animation:
        assert animation.n_frames == 3


@pytest.mark.parametrize("kind", ["neural", "hsh"])
def test_a_mask_makes_transparent_frames(make_image, make_linear_image, kind: str) -> None:
    image = make_image() if kind == "neural" else make_linear_image()
    image.mask = np.zeros((48, 64), bool)
    image.mask[:, :30] = True
    frame = next(frames.relight_frames(image, frames.orbit(1)))
    alpha = np.asarray(frame)[..., 3]
    assert (alpha[:, :30] == 255).all()
    assert (alpha[:, 30:] == 0).all()


def test_size(make_image) -> None:
    assert next(frames.relight_frames(make_image(), frames.orbit(1), (32, 24))).size == (32, 24)


def test_an_interrupt_leaves_nothing(make_image, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    relit = frames.relight_frames(make_image(), frames.orbit(4))
    with pytest.raises(KeyboardInterrupt):
        frames.write_sequence(relit, list("abcd"), tmp_path / "out", interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused(make_image, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(RakingError, match="not empty"):
        frames.write_sequence(frames.relight_frames(make_image(), frames.orbit(1)), ["a"], tmp_path)


def smooth_frames(count: int, width: int, height: int) -> list[Image.Image]:
    """Ramps in colour that move a little from frame to frame; RGBA, clear in the left third."""
    y, x = np.mgrid[:height, :width]
    planes = [
        np.dstack(
            [x * 200 // width + i, y * 200 // height + i, 128 + 0 * x, 255 * (3 * x >= width)]
        )
        for i in range(count)
    ]
    return [Image.fromarray(levels.astype(np.uint8)) for levels in planes]


@pytest.mark.parametrize("ending", ["png", "webp", "jpg", "jpeg", "JPG"])
def test_a_picture_is_of_the_kind_that_its_ending_names(tmp_path: Path, ending: str) -> None:
    (frame,) = smooth_frames(1, 60, 40)
    path = tmp_path / f"a.{ending}"
    frames.write_frame(frame, path)
    levels = np.asarray(frame).astype(int)
    with Image.open(path) as picture:
        found = np.asarray(picture).astype(int)
        kind, exif = picture.format, picture.getexif()
        assert picture.info.get("Software", exif.get(0x0131)).startswith("Raking")
    assert bears_mark(path)
    if ending.lower().startswith("j"):
        assert kind == "JPEG"
        black = levels[..., :3] * (levels[..., 3:] > 0)
        assert found.shape == black.shape
        assert np.abs(found - black).mean() < 2
        return
    assert kind == ending.upper()
    np.testing.assert_array_equal(found, levels)


@pytest.mark.parametrize("size", [(64, 48), (65, 49), (33, 48)])
def test_a_video_is_what_browsers_play(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    shown = smooth_frames(7, width, height)
    told = []
    frames.write_video(iter(shown), 7, tmp_path / "a.mp4", lambda *done: told.append(done))
    assert told == [(i, 7) for i in range(1, 8)]
    with av.open(str(tmp_path / "a.mp4")) as container:
        (stream,) = container.streams
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == FRAMES_PER_SECOND
        assert (stream.width, stream.height) == (width + width % 2, height + height % 2)
        assert "Raking" in container.metadata["comment"]
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == 7
    for frame, picture in zip(shown, pictures, strict=True):
        levels = np.asarray(frames.on_black(frame)).astype(int)
        inner = np.abs(picture[:height, :width] - levels)[:, width // 2 :]
        assert inner.mean() < 4, "colours: BT.709 and its range"
    assert bears_mark(tmp_path / "a.mp4")
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index comes first"


def test_an_interrupted_video_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        frames.write_video(iter(smooth_frames(3, 64, 48)), 3, tmp_path / "a.mp4", interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "several", "kind"),
    [
        ("a.png", False, "PNG"),
        ("a.JPEG", False, "JPEG"),
        ("a.webp", False, "WEBP"),
        ("a.mp4", True, "MP4"),
        ("a", True, "folder"),
        ("a.2", True, "folder"),
        ("a.gif", False, None),
        ("a", False, None),
        ("a.gif", True, None),
        ("a.mp4", False, None),
        ("a.png", True, None),
    ],
)
def test_endings(tmp_path: Path, name: str, several: bool, kind: str | None) -> None:
    if kind:
        assert frames.output_kind(tmp_path / name, several) == kind
        return
    with pytest.raises(RakingError, match=r"\.mp4|\.png, \.jpg|--orbit"):
        frames.output_kind(tmp_path / name, several)


@pytest.mark.parametrize(
    ("kind", "size"),
    [("JPEG", (70_000, 10)), ("WEBP", (10, 17_000)), ("MP4", (LARGEST_VIDEO // 2, 3))],
)
def test_frames_that_a_format_cannot_hold(kind: str, size: tuple[int, int]) -> None:
    with pytest.raises(RakingError, match=f"{size[0]} x {size[1]}"):
        frames.check_frame_size(kind, size)


def test_an_animation_of_many_frames_is_small(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(frames, "ANIMATION_PIXELS", 4 * 20**2)
    frames.write_sequence(iter(smooth_frames(4, 80, 60)), list("abcd"), tmp_path / "out")
    with Image.open(tmp_path / "out" / "animation.webp") as animation:
        assert max(animation.size) == 20
