"""Colours of photographs: from what their files say they are to sRGB."""

import functools
import io
from dataclasses import dataclass

import numpy as np
import pyvips
from PIL import Image, ImageCms

# Profiles that differ from sRGB by so many levels of 255 at most are some edition of it.
SAME = 2

_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_BANDS = {"RGB": 3, "GRAY": 1, "CMYK": 4}
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Profile:
    """An ICC profile, and whether it says no more than that colours are sRGB."""

    data: bytes
    name: str
    is_srgb: bool

    @property
    def to_convert(self) -> "Profile | None":
        return None if self.is_srgb else self

    @property
    def done(self) -> str:
        """What is done with colours of this profile."""
        return "sRGB" if self.is_srgb else f"{self.name} converted to sRGB"


@functools.lru_cache(maxsize=16)  # most collections have one
def read_profile(data: bytes, bands: int) -> Profile | None:
    """The profile; None where it is damaged or not for pictures of that many channels."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        space = profile.profile.xcolor_space.strip()
        if _BANDS.get(space) != bands:
            return None
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            _MODES[space],
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        name = ImageCms.getProfileDescription(profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    printable = "".join(c if c.isprintable() else " " for c in name).strip()
    return Profile(data, printable[:_LONGEST_NAME] or "unnamed", _keeps(transform, space))


def _keeps(transform: ImageCms.ImageCmsTransform, space: str) -> bool:
    """Whether colours are the same in sRGB, as far as a few thousand of them tell."""
    if space == "CMYK":
        return False
    levels = np.linspace(0, 255, 18).astype(np.uint8)
    ramp = np.arange(256, dtype=np.uint8)
    if space == "GRAY":
        picture, expected = ramp[None], np.repeat(ramp[None, :, None], 3, axis=2)
    else:
        cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
        picture = expected = np.concatenate([cube, np.repeat(ramp[:, None], 3, axis=1)])[None]
    shown = ImageCms.applyTransform(Image.fromarray(picture), transform)
    return int(np.abs(np.asarray(shown).astype(int) - expected).max()) <= SAME


def to_srgb(image: pyvips.Image, profile: Profile) -> pyvips.Image:
    """The image in sRGB, of the same depth: relative colorimetric, black points compensated."""
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile.data)
    how = {"embedded": True, "intent": "relative", "black_point_compensation": True}
    if image.format == "uchar" or image.bands == 4:
        return image.icc_transform("srgb", depth=8 if image.format == "uchar" else 16, **how)
    # In one step, LittleCMS would go through a coarse table: up to 19 levels of 255 off.
    return image.icc_import(pcs="xyz", **how).colourspace("rgb16")


def mix_inks(values: np.ndarray) -> np.ndarray:
    """[H, W, 4] CMYK of an unknown press -> RGB: every ink takes its share of the light away."""
    white = np.iinfo(values.dtype).max
    light = (white - values).astype(np.float32)
    return np.rint(light[..., :3] * light[..., 3:] / white).astype(values.dtype)
