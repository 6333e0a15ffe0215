"""The camera, and spheres on the table before it.

Lengths are in pixels of the table: x to the right and y up from the middle of the picture, z from
the table toward the camera. Without a focal length all rays are parallel; with one, the camera is
as many pixels above the table. The pictures of spheres in perspective are the conic sections of
tangent cones, here with the picture's plane parallel to the table.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from trainer.calibration.rim import Outline

FILM_WIDTH = 36.0  # mm, to which the focal lengths of small film refer
INCH = 25.4


@dataclass(frozen=True)
class Camera:
    """`size` is (H, W) of the photographs, `focal` in pixels, or None for parallel rays."""

    size: tuple[int, int]
    focal: float | None = None

    @property
    def middle(self) -> np.ndarray:
        """(column, row)."""
        return np.array([self.size[1] - 1, self.size[0] - 1]) / 2

    def rays(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Origins and unit directions [..., 3] of what pixels [..., 2] (column, row) see."""
        x, y = points[..., 0] - self.middle[0], self.middle[1] - points[..., 1]
        zero = np.zeros_like(x)
        if self.focal is None:
            return np.stack([x, y, zero], -1), np.stack([zero, zero, zero - 1], -1)
        directions = np.stack([x, y, zero - self.focal], -1)
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        return np.broadcast_to(np.array([0, 0, self.focal]), directions.shape), directions


@dataclass(frozen=True, eq=False)
class Sphere:
    """A sphere that rests on the table."""

    outline: Outline
    camera: Camera
    centre: np.ndarray  # [3]
    radius: float

    @property
    def elongation(self) -> float:
        """By how much the half axis of its outline outward is longer than that across."""
        if self.camera.focal is None:
            return 0.0
        toward = self.centre - [0, 0, self.camera.focal]
        distance = float(np.linalg.norm(toward))
        tilt, half = np.arccos(-toward[2] / distance), np.arcsin(self.radius / distance)
        return float(np.cos(half) / np.sqrt(np.cos(tilt) ** 2 - np.sin(half) ** 2)) - 1

    def normals(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of pixels [N, 2] on the sphere: its points, its normals and the directions from there to
        the camera, [N, 3] each. Pixels beside it are taken for the nearest on it."""
        origin, ray = self.camera.rays(points)
        offset = origin - self.centre
        along = np.sum(offset * ray, axis=-1)
        across = offset - along[..., None] * ray
        distance = np.linalg.norm(across, axis=-1)
        across *= np.minimum(1, self.radius / np.maximum(distance, 1e-9))[..., None]
        depth = np.sqrt((self.radius**2 - np.sum(across**2, axis=-1)).clip(0))
        normal = (across - depth[..., None] * ray) / self.radius
        return self.centre + self.radius * normal, normal, -ray

    def mirrored(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """From pixels [N, 2]: points on the sphere, and where a mirror there looks to, [N, 3]."""
        place, normal, view = self.normals(points)
        return place, 2 * np.sum(normal * view, axis=-1, keepdims=True) * normal - view


def place_sphere(outline: Outline, camera: Camera) -> Sphere:
    """The sphere that has this outline."""
    x, y = outline.x - camera.middle[0], camera.middle[1] - outline.y
    if camera.focal is None:
        centre = np.array([x, y, outline.across])
        return Sphere(outline, camera, centre, outline.across)
    # The cone's half angle a and tilt t: the ellipse's middle is focal sin(t) cos(t) / g from the
    # picture's, its half axis across is focal sin(a) / sqrt(g), where g = cos(t)^2 - sin(a)^2.
    focal, away = camera.focal, float(np.hypot(x, y))
    wide = 1 + (outline.across / focal) ** 2
    gap = focal**2 * wide / (away**2 + (focal * wide) ** 2)
    half = np.arcsin(outline.across / focal * np.sqrt(gap))
    tilt = np.arccos(np.sqrt(min(1.0, gap * wide)))
    turn = np.arctan2(y, x)
    axis = np.array([np.sin(tilt) * np.cos(turn), np.sin(tilt) * np.sin(turn), -np.cos(tilt)])
    reach = focal / (np.sin(half) - axis[2])
    return Sphere(
        outline, camera, np.array([0, 0, focal]) + reach * axis, float(reach * np.sin(half))
    )


def focal_from_exif(file: Path, width: int) -> float | None:
    """The focal length in pixels of a photograph `width` pixels on its longer side, as its file
    states it; None where it does not."""
    try:
        with Image.open(file) as picture:
            exif = picture.getexif().get_ifd(ExifTags.IFD.Exif)
        on_film = float(exif.get(ExifTags.Base.FocalLengthIn35mmFilm) or 0)
        if on_film > 0:
            return on_film / FILM_WIDTH * width
        length = float(exif.get(ExifTags.Base.FocalLength) or 0)
        density = float(exif.get(ExifTags.Base.FocalPlaneXResolution) or 0)
        unit = {2: INCH, 3: 10.0}[int(exif.get(ExifTags.Base.FocalPlaneResolutionUnit) or 2)]
        across = float(exif.get(ExifTags.Base.ExifImageWidth) or width)
    except Exception:  # damaged tags, or none: whatever Pillow stumbles over
        return None
    if length <= 0 or density <= 0:
        return None
    return length / unit * density * width / max(across, 1.0)
