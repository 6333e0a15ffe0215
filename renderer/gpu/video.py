"""Videos that browsers play: H.264 in MP4, by FFmpeg through PyAV."""

from pathlib import Path
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from shaders.errors import RakingError

FRAMES_PER_SECOND = 25
# Level 5.2 of H.264, the most that players can be relied on to decode: macroblocks of 16 x 16.
LARGEST_VIDEO = 36_864 * 256  # pixels


def check_video_size(size: tuple[int, int]) -> None:
    """RakingError where frames of a size (width, height) are more than players decode."""
    width, height = size
    if width * height > LARGEST_VIDEO:
        scale = (LARGEST_VIDEO / (width * height)) ** 0.5
        raise RakingError(
            f"a video of {width} x {height} pixels is more than players decode; make the frames "
            f"smaller, {scale:.0%} of that at most, with --scale or --size"
        )


class VideoWriter:
    """Writes frames to an MP4 at 25 a second: BT.709, 4:2:0, the index first so that it streams.

    Its sides are even, as the format asks: odd frames repeat their last column or row. `metadata`
    are texts under the names that FFmpeg gives them. Raises OSError where the file cannot be
    written.
    """

    def __init__(self, path: Path, metadata: dict[str, str]) -> None:
        options = {"movflags": "+faststart"}
        self.container = av.open(str(path), "w", format="mp4", options=options)
        self.container.metadata.update(metadata)
        self.stream = self.container.add_stream("libx264", FRAMES_PER_SECOND, {"crf": "18"})
        self.started = False

    def __enter__(self) -> Self:
        return self

    def add(self, frame: np.ndarray) -> None:
        """One more frame, [H, W, 3] uint8 sRGB, of the size of the first."""
        height, width = frame.shape[:2]
        even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        if not self.started:
            self._start(even.shape[1], even.shape[0])
        picture = av.VideoFrame.from_ndarray(even, format="rgb24").reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        self.container.mux(self.stream.encode(picture))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.container.mux(self.stream.encode(None))
        self.container.close()

    def _start(self, width: int, height: int) -> None:
        self.stream.width, self.stream.height = width, height
        self.stream.pix_fmt = "yuv420p"
        context = self.stream.codec_context
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        self.started = True
