"""The native decode against PyTorch's, on the same machine, in one interleaved run."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from bench.speed.repeated import at_size
from renderer.files.aside import write_aside
from renderer.gpu.device import device_name
from renderer.gpu.relighter import Relighter
from renderer.image.relightable import RelightableImage, read_image
from trainer.models.oracle import CHUNK_PIXELS, stored_latents, torch_decode

SIZE = (1000, 1000)  # height, width
ROUNDS = 5
BATCH_SECONDS = 0.25


def measure_native(images: Mapping[str, Path]) -> list[dict[str, Any]]:
    """Milliseconds to decode 1 Mpx of each image, with wgpu and with PyTorch, turn by turn.

    `images` are paths by name. Only the decode counts: planes and latents are in place before,
    and frames stay where they are. Returns one row per image, backend and round: `image`,
    `units`, `pixels`, `backend` ("wgpu" or "pytorch"), `device`, `repeat`, `frames`,
    `ms_per_frame`.
    """
    contenders = []
    for name, path in images.items():
        image = sized_image(read_image(path))
        row = {"image": name, "units": image.decoder.units, "pixels": SIZE[0] * SIZE[1]}
        contenders.append(({**row, "backend": "wgpu"}, *wgpu_decode(image)))
        contenders.append(({**row, "backend": "pytorch"}, *pytorch_decode(image)))
    rows = []
    for repeat in range(1, ROUNDS + 1):
        for row, device, decode_once in contenders:
            frames, seconds = time_batch(decode_once)
            figures = {"frames": frames, "ms_per_frame": seconds / frames * 1000}
            rows.append({**row, "device": device, "repeat": repeat, **figures})
    return rows


def write_native(images: Mapping[str, Path], path: Path) -> None:
    """Measures and writes the table of `measure_native` as CSV, whole or not at all."""
    write_aside(path, pd.DataFrame(measure_native(images)).to_csv(index=False))


def native_table(path: Path) -> list[dict[str, Any]]:
    """Medians from a table of `write_native`: `image`, `wgpu` and `pytorch` in ms, `ratio`, and
    `devices`; nothing where there is no such file."""
    if not path.exists():
        return []
    found = pd.read_csv(path)
    rows = []
    for name, of_image in found.groupby("image", sort=False):
        medians = of_image.groupby("backend").ms_per_frame.median()
        rows.append(
            {
                "image": name,
                "wgpu": medians["wgpu"],
                "pytorch": medians["pytorch"],
                "ratio": medians["pytorch"] / medians["wgpu"],
                "devices": of_image.groupby("backend").device.first().to_dict(),
            }
        )
    return rows


def time_batch(decode_once: Callable[[np.ndarray], None]) -> tuple[int, float]:
    """Decodes under a moving light for at least BATCH_SECONDS: the frames, and the seconds."""
    start, frames = time.perf_counter(), 0
    while (seconds := time.perf_counter() - start) < BATCH_SECONDS or not frames:
        angle = frames * 0.1
        decode_once(np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(0.7))
        frames += 1
    return frames, seconds


def wgpu_decode(image: RelightableImage) -> tuple[str, Callable[[np.ndarray], None]]:
    """The adapter's name, and a decode that returns when the GPU has finished."""
    relighter = Relighter(image)

    def decode_once(light: np.ndarray) -> None:
        relighter.decode((float(light[0]), float(light[1])))
        relighter.wait()

    decode_once(np.zeros(2, np.float32))
    return device_name(relighter.device), decode_once


def pytorch_decode(image: RelightableImage) -> tuple[str, Callable[[np.ndarray], None]]:
    """PyTorch's name and threads, and a decode of latents that are floats already."""
    decode = torch_decode(image.decoder)
    latents = stored_latents(image, 0, image.height).flatten(0, 1).split(CHUNK_PIXELS)

    def decode_once(light: np.ndarray) -> None:
        conditions = torch.tensor(image.decoder.conditions_of(light), dtype=torch.float32)
        with torch.inference_mode():
            for chunk in latents:
                decode(chunk, conditions)

    decode_once(np.zeros(2, np.float32))
    return f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", decode_once


def sized_image(image: RelightableImage) -> RelightableImage:
    """The image repeated and cut to SIZE."""
    height, width = SIZE
    return RelightableImage(image.decoder, np.stack(list(at_size(image, width, height).planes)))
