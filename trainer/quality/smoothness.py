"""How smoothly and truthfully the light moves between the photographs, without test photographs.

Pixels of the object are decoded under a dense path of lights, about a degree apart, in two parts:
great circles in all directions, as far as they run within the hull of the training lights, and
the straight (great-circle) paths between neighbouring photographs. Two measures are taken:

Unsteadiness is the root mean square of how fast the picture's speed changes, in 8-bit levels per
square degree; its speed is how much the colours change per degree, averaged over all pixels. It is
high where the picture jumps, or hastens and lingers, as a model does that keeps to each photograph
and wavers between two. A single pixel may well jump, when a shadow's edge passes over it, as long
as its neighbours do so a little later; so a second difference pixel by pixel would not do: that of
a rendered relief with cast shadows is 29 times that of HSH 3, its unsteadiness twice.

Straying is the root mean square of how far a colour on the path between two photographs leaves the
range that these two photographs span, in 8-bit levels. A model that is smooth because it is dull
strays, so the two belong together: less of one is easily bought with more of the other.

Both are also taken of HSH of order 3, fitted to the same pixels in float, as the unit: a ratio of
1 is as unsteady, or as stray, as HSH 3.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import Delaunay, QhullError
from torch import Tensor

from renderer.image.relightable import RelightableImage
from shaders.linear import channel_terms, directions
from trainer.collection.mlic import Mlic
from trainer.collection.samples import Samples
from trainer.lights.directions import angles_between
from trainer.models.oracle import latents_at, torch_decode

PIXELS = 1024
CIRCLES = 24  # on the hemisphere they leave gaps of some four degrees
STEP = 1.0  # degrees
CLOSEST = 0.5  # degrees: nearer lights are no path
# Directions in which the lights hardly determine HSH are left out of its fit: it would be wild.
DETERMINED = 1e-3
LEVELS = 255

# Object pixels [P], as `Samples` numbers them, and lights [L, 2] (x, y) -> [P, L, 3], 0..1.
Colours = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Smoothness:
    """The measures of a model, and those of HSH 3 on the same collection."""

    unsteadiness: float  # 8-bit levels per square degree
    straying: float  # 8-bit levels
    hsh_unsteadiness: float
    hsh_straying: float

    @property
    def unsteadiness_ratio(self) -> float:
        return self.unsteadiness / self.hsh_unsteadiness

    @property
    def straying_ratio(self) -> float:
        return self.straying / self.hsh_straying


@dataclass(frozen=True, eq=False)
class LightPath:
    """Lights [N, 3] along a great circle, `step` degrees apart."""

    lights: np.ndarray
    step: float
    ends: tuple[int, int] | None = None  # the photographs that it joins


def smoothness(
    model: RelightableImage | Colours,
    mlic: Mlic,
    *,
    pixels: int = PIXELS,
    seed: int = 0,
) -> Smoothness | None:
    """The smoothness of an image, or of any function of pixels and light, between the photographs.

    Colours are clamped to 0..1, as they are shown, but not rounded. `seed` draws the pixels and
    the great circles. None where there is no path, because all lights are one, or where HSH 3 is
    perfectly steady, because nothing changes with the light.
    """
    samples = Samples(mlic, torch.device("cpu"))
    mask = model.mask if isinstance(model, RelightableImage) else None
    chosen = _choose(samples, mask, pixels, seed)
    photographs = samples.values(chosen).numpy()  # [P, L, 3]
    lights = mlic.train.lights.astype(np.float64)
    paths = [*circles(lights, seed), *joints(lights)]
    colours = _of_image(model, samples) if isinstance(model, RelightableImage) else model
    hsh = _hsh(lights, photographs)
    own = _measure(lambda light: colours(chosen, light), paths, photographs)
    reference = _measure(hsh, paths, photographs)
    if own is None or reference is None or not all(reference):
        return None
    return Smoothness(*own, *reference)


def circles(lights: np.ndarray, seed: int) -> Iterator[LightPath]:
    """Random great circles, as far as they run within the hull of the lights [L, 3].

    The hull is that of the lights' stereographic projection from below.
    """
    mesh = _mesh(lights)
    if mesh is None:
        return
    random = np.random.default_rng(seed)
    angle = np.deg2rad(np.arange(0, 360, STEP))[:, None]
    for _ in range(CIRCLES):
        # The first two columns span a plane that is turned at random.
        span, _ = np.linalg.qr(random.normal(size=(3, 3)))
        circle = np.cos(angle) * span[:, 0] + np.sin(angle) * span[:, 1]  # [N, 3]
        inside = circle[:, 2] > 0
        inside[inside] = mesh.find_simplex(_project(circle[inside])) >= 0
        start = int(np.argmin(inside))  # outside: no run is cut in two there
        circle, inside = np.roll(circle, -start, axis=0), np.roll(inside, -start)
        changes = np.flatnonzero(np.diff(inside)) + 1
        for run in np.split(np.arange(len(circle)), changes):
            if inside[run[0]] and len(run) >= 3:
                yield LightPath(circle[run], STEP)


def joints(lights: np.ndarray) -> Iterator[LightPath]:
    """The straight paths between neighbouring lights [L, 3]: the edges of their triangulation."""
    mesh = _mesh(lights)
    if mesh is None:
        return
    corners = mesh.simplices[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2)
    for one, other in np.unique(np.sort(corners, axis=1), axis=0):
        angle = angles_between(lights[one], lights[other])
        if np.rad2deg(angle) < CLOSEST:
            continue
        steps = max(2, int(np.ceil(np.rad2deg(angle) / STEP)))
        along = np.linspace(0, 1, steps + 1)[:, None]
        path = np.sin((1 - along) * angle) * lights[one] + np.sin(along * angle) * lights[other]
        yield LightPath(path / np.sin(angle), np.rad2deg(angle) / steps, (int(one), int(other)))


def _mesh(lights: np.ndarray) -> Delaunay | None:
    """The triangulation of the lights; None where they are too few or all one.

    Joggled, since lights on one ring or on a line have no other.
    """
    try:
        return Delaunay(_project(lights), qhull_options="QJ")
    except (QhullError, ValueError):
        return None


def _project(lights: np.ndarray) -> np.ndarray:
    """Unit vectors [L, 3] -> [L, 2], stereographically: circles stay circles."""
    return lights[:, :2] / (1 + lights[:, 2:])


def _measure(
    colours: Callable[[Tensor], Tensor], paths: list[LightPath], photographs: np.ndarray
) -> tuple[float, float] | None:
    """Unsteadiness and straying, from the colours [P, N, 3] of the chosen pixels under [N, 2]."""
    hastes: list[float] = []
    strays: list[float] = []
    lengths: list[int] = []
    joined: list[int] = []
    for path in paths:
        light = torch.from_numpy(path.lights[:, :2].astype(np.float32))
        found = LEVELS * colours(light).detach().clamp(0, 1).double().numpy()
        speed = np.abs(np.diff(found, axis=1)).mean(axis=(0, 2)) / path.step  # [N - 1]
        hastes.append(float(np.square(np.diff(speed) / path.step).mean()))
        lengths.append(len(speed) - 1)
        if path.ends:
            ends = LEVELS * photographs[:, list(path.ends)]  # [P, 2, 3]
            low, high = ends.min(axis=1, keepdims=True), ends.max(axis=1, keepdims=True)
            outside = found - found.clip(low, high)
            strays.append(float(np.square(outside).mean()))
            joined.append(found.shape[1])
    if not joined:
        return None
    unsteadiness = np.sqrt(np.average(hastes, weights=lengths))
    return float(unsteadiness), float(np.sqrt(np.average(strays, weights=joined)))


def _choose(samples: Samples, mask: np.ndarray | None, number: int, seed: int) -> Tensor:
    """Up to `number` object pixels at random, without those that an image's mask leaves out."""
    inside = torch.arange(len(samples))
    if mask is not None:
        inside = inside[torch.from_numpy(mask.ravel())[samples.place.long()]]
    order = torch.randperm(len(inside), generator=torch.Generator().manual_seed(seed))
    return inside[order[:number]]


def _of_image(image: RelightableImage, samples: Samples) -> Colours:
    """The colours that an image's stored levels stand for."""
    decode = torch_decode(image.decoder)

    @torch.inference_mode()
    def colours(pixels: Tensor, lights: Tensor) -> Tensor:
        latents = latents_at(image, samples.place[pixels].numpy())
        return torch.stack([decode(latents, light) for light in lights], dim=1)

    return colours


def _hsh(lights: np.ndarray, photographs: np.ndarray) -> Callable[[Tensor], Tensor]:
    """HSH of order 3, by least squares on the chosen pixels' values [P, L, 3]."""
    inverse = np.linalg.pinv(channel_terms("hsh", 3, lights), rcond=DETERMINED)  # [16, L]
    coefficients = torch.from_numpy(np.einsum("tl,plc->ptc", inverse, photographs))

    def colours(asked: Tensor) -> Tensor:
        terms = channel_terms("hsh", 3, directions(asked.double().numpy()))  # [N, 16]
        return torch.einsum("nt,ptc->pnc", torch.from_numpy(terms), coefficients)

    return colours
