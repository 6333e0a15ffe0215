"""The network that BTFs have been compressed with, beside ours, on one collection.

    python -m bench.fidelity.reference COLLECTION --steps 5000

An auto-encoder after Rainer et al. 2019, Neural BTF Compression and Interpolation (Computer
Graphics Forum 38, 2), in the form that is published for one camera: a pixel's values, ordered by
their lights, go through convolutions over that order to 8 latents; four layers of 106 ReLU units
decode these with the light, projected stereographically. It is trained for 10 epochs of batches of
256 pairs of a pixel and a light, each of which is encoded for itself. Its latents stay floats, 32
bytes a pixel; ours are 24 of a byte each. What is published leaves open how many channels the
convolutions have, and how fast it learns: here 16 and 32, and Adam's 0.001.
"""

import json
import time
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import Tensor, nn

from trainer.collection.mlic import Mlic, read_mlic
from trainer.collection.samples import Samples
from trainer.quality.metrics import psnr
from trainer.running.threads import one_thread
from trainer.training.sampling import choose_pixels
from trainer.training.settings import Model, TrainingSettings
from trainer.training.train import train

LATENTS = 8
UNITS = 106
HIDDEN_LAYERS = 4
CHANNELS = (16, 32)
KERNEL, STRIDE = 5, 2
EPOCHS = 10
BATCH = 256
LEARNING_RATE = 1e-3

PIXELS = 2500  # that both are trained on
HELD_OUT_EVERY, HELD_OUT_FIRST = 8, 5
SAME_ELEVATION = 3  # decimals of z
CHUNK = 1 << 13


class ReferenceNetwork(nn.Module):
    """The auto-encoder, with weights drawn from `seed`, of pixels under `lights` lights."""

    def __init__(self, lights: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            layers: list[nn.Module] = []
            length, before = lights, 3
            for channels in CHANNELS:
                layers += [nn.Conv1d(before, channels, KERNEL, STRIDE), nn.ReLU()]
                length, before = (length - KERNEL) // STRIDE + 1, channels
            self.encoder = nn.Sequential(*layers, nn.Flatten(), nn.Linear(length * before, LATENTS))
            sizes = [LATENTS + 2, *[UNITS] * HIDDEN_LAYERS]
            layers = []
            for inputs, outputs in pairwise(sizes):
                layers += [nn.Linear(inputs, outputs), nn.ReLU()]
            self.decoder = nn.Sequential(*layers, nn.Linear(UNITS, 3))

    def encode(self, values: Tensor) -> Tensor:
        """[B, L, 3] values, 0..1 -> [B, 8] latents."""
        return self.encoder(values.transpose(1, 2))

    def decode(self, latents: Tensor, lights: Tensor) -> Tensor:
        """[B, 8] latents, [B, 2] projected lights -> [B, 3] colours, 0..1."""
        return self.decoder(torch.cat([latents, lights], dim=1))


@dataclass(frozen=True)
class Result:
    """What a network reached, and for how long it was trained and stored."""

    network: str
    psnr: float  # dB, all pixels, mean over the held-out lights
    cpu_minutes: float
    multiply_adds: int  # to decode a pixel

    def row(self) -> dict[str, Any]:
        return vars(self)


def stereographic(lights: np.ndarray) -> Tensor:
    """Unit vectors [L, 3] -> [L, 2]: x / (1 + z), y / (1 + z)."""
    return torch.from_numpy((lights[:, :2] / (1 + lights[:, 2:])).astype(np.float32))


def every_eighth(lights: np.ndarray) -> np.ndarray:
    """Which of the lights [L, 3] to hold out, ascending: sorted by elevation and then by azimuth,
    those whose place is 5 modulo 8."""
    azimuth = np.arctan2(lights[:, 1], lights[:, 0]) % (2 * np.pi)
    order = np.lexsort((azimuth.round(SAME_ELEVATION), lights[:, 2].round(SAME_ELEVATION)))
    return np.sort(order[HELD_OUT_FIRST::HELD_OUT_EVERY])


def read_split(path: Path) -> Mlic:
    """The collection, every eighth light held out."""
    whole = read_mlic(path, all_photographs=True)
    names = [whole.train.names[i] for i in every_eighth(whole.train.lights)]
    with TemporaryDirectory() as folder:
        listed = Path(folder, "test.txt")
        listed.write_text("\n".join(names) + "\n", "utf-8")
        return read_mlic(path, listed)


def train_reference(mlic: Mlic, pixels: int, seed: int) -> ReferenceNetwork:
    """The network, trained on so many pixels, drawn as ours are."""
    samples = Samples(mlic, torch.device("cpu"))
    values = samples.values(choose_pixels(samples, pixels / len(samples), "uniform", seed))
    lights = stereographic(mlic.train.lights)
    network = ReferenceNetwork(len(lights), seed)
    optimiser = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    random = torch.Generator().manual_seed(seed)
    for _ in range(EPOCHS):
        for pairs in torch.randperm(len(values) * len(lights), generator=random).split(BATCH):
            pixel, light = pairs // len(lights), pairs % len(lights)
            colours = network.decode(network.encode(values[pixel]), lights[light])
            loss = nn.functional.mse_loss(colours, values[pixel, light])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return network


@torch.no_grad()
def reference_psnr(network: ReferenceNetwork, mlic: Mlic) -> float:
    """Mean over the held-out lights, in dB, as shown in 8 bits; latents are floats."""
    samples = Samples(mlic, torch.device("cpu"))
    chunks = torch.arange(len(samples)).split(CHUNK)
    latents = torch.cat([network.encode(samples.values(chunk)) for chunk in chunks])
    scores = []
    for index, light in enumerate(stereographic(mlic.test.lights)):
        colours = network.decode(latents, light.expand(len(latents), 2)).clamp(0, 1)
        picture = np.zeros((mlic.height * mlic.width, 3), np.float32)
        picture[samples.place.numpy()] = (colours * 255).round().numpy() / 255
        shown = picture.reshape(mlic.height, mlic.width, 3)
        scores.append(psnr(mlic.test.image(index), shown, mlic.mask))
    return float(np.mean(scores))


def compare(path: Path, pixels: int, ours: TrainingSettings) -> list[Result]:
    """The reference and a network of `ours` on as many pixels of the same lights.

    Its `steps` are those of each phase of ours; by default as many as always.
    """
    mlic = read_split(path)
    with one_thread():
        began = time.process_time()
        network = train_reference(mlic, pixels, ours.seed)
        seconds = time.process_time() - began
        decoded = sum(p.numel() for p in network.decoder.parameters() if p.ndim == 2)
        reached = reference_psnr(network, mlic)
        theirs = Result(f"Conv1d, {HIDDEN_LAYERS} x {UNITS}", reached, seconds / 60, decoded)
        share = min(1.0, pixels / (mlic.height * mlic.width))
        began = time.process_time()
        image = train(mlic, replace(ours, pixels=share))
        seconds = time.process_time() - began
    reached = image.provenance["scores"]["psnr"]
    return [theirs, Result(image.label, reached, seconds / 60, image.decoder.multiply_adds)]


def main(
    collection: Annotated[Path, typer.Argument(help="Pictures of one camera.")],
    pixels: Annotated[int, typer.Option(min=1)] = PIXELS,
    model: Annotated[Model, typer.Option(help="Of ours, a network.")] = "hyper",
    units: Annotated[int, typer.Option(min=1)] = 20,
    latents: Annotated[int, typer.Option(min=3, help="Of ours, a byte each.")] = 24,
    steps: Annotated[int | None, typer.Option(min=1)] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Compare the reference network of BTFs with ours; prints JSON."""
    ours = TrainingSettings(model, units, latents, steps=steps, seed=seed)
    results = compare(collection, pixels, ours)
    print(json.dumps([result.row() for result in results], indent=1))


if __name__ == "__main__":
    typer.run(main)
