"""What the tablet is made of: stone and what is laid, set or left on it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Material:
    """A surface: linear diffuse albedo, reflectance at normal incidence, GGX roughness (0..1),
    and what it is called."""

    albedo: tuple[float, float, float]
    f0: tuple[float, float, float]
    roughness: float
    name: str


STONE = Material((0.56, 0.475, 0.365), (0.04, 0.04, 0.04), 0.85, "stone")
FRESH_STONE = Material((0.66, 0.60, 0.51), (0.04, 0.04, 0.04), 0.90, "fresh stone")
DIRT = Material((0.115, 0.085, 0.058), (0.03, 0.03, 0.03), 0.95, "dirt")
RED_OCHRE = Material((0.34, 0.085, 0.045), (0.04, 0.04, 0.04), 0.90, "red ochre")
BLUE_FRIT = Material((0.07, 0.17, 0.30), (0.04, 0.04, 0.04), 0.85, "blue frit")
GOLD = Material((0.13, 0.075, 0.022), (0.92, 0.66, 0.29), 0.46, "gold")
BOLE = Material((0.25, 0.075, 0.035), (0.04, 0.04, 0.04), 0.75, "bole")
BRONZE = Material((0.055, 0.036, 0.02), (0.58, 0.40, 0.24), 0.48, "bronze")
VERDIGRIS = Material((0.13, 0.27, 0.20), (0.04, 0.04, 0.04), 0.85, "verdigris")
CARNELIAN = Material((0.30, 0.030, 0.012), (0.05, 0.05, 0.05), 0.28, "carnelian")
CLOTH = Material((0.014, 0.014, 0.016), (0.02, 0.02, 0.02), 0.95, "cloth")

# Outer petals, inner petals, floor of the key band.
PALETTES = (
    ((0.020, 0.055, 0.215), (0.055, 0.255, 0.245), (0.210, 0.022, 0.014)),
    ((0.030, 0.190, 0.185), (0.205, 0.020, 0.014), (0.018, 0.045, 0.180)),
    ((0.025, 0.135, 0.060), (0.330, 0.185, 0.045), (0.165, 0.018, 0.016)),
    ((0.185, 0.018, 0.014), (0.045, 0.205, 0.215), (0.022, 0.050, 0.195)),
)


def glaze(albedo: tuple[float, float, float]) -> Material:
    return Material(albedo, (0.04, 0.04, 0.04), 0.36, "glaze")
