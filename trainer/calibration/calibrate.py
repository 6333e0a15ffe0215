"""Photographs and a glossy sphere or two beside the object: the lights of all photographs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import minimize_scalar

from shaders.errors import RakingError
from trainer.calibration.bundle import settled
from trainer.calibration.camera import Camera, Sphere, focal_from_exif, place_sphere
from trainer.calibration.dome import UNKNOWN, Dome, lights_in_order
from trainer.calibration.given import Given
from trainer.calibration.lights import Light, Rays, disagreements, lights_of, on_dome, rays_of
from trainer.calibration.prediction import (
    FEWEST,
    Prediction,
    object_products,
    object_values,
    predict_each,
    refined_light,
)
from trainer.calibration.spheres import Found, find_spheres, put_right, spheres_by_hand
from trainer.calibration.views import Shots, View
from trainer.lights.directions import angles_between, light_warnings, one_sided
from trainer.lights.names import listing
from trainer.running.plan import Plan

FOCALS = np.geomspace(0.4, 8, 40)  # of the longer side: from a fisheye's to a long lens's
APART = 0.7  # degrees between spheres, from which a focal length is looked for
BETTER = 0.4  # of that, that it must leave
AS_GOOD = 1.1  # of the least: the longest focal length with so little
NEAR_ENOUGH = 0.005  # of the focal length
# Degrees, below which EXIF's focal length is left aside: it is of a lens that looks far away.
TILTED = 3.0
BESIDE = 0.1  # of the longer side, from where a sphere alone is beside the object
UNMET = 0.6  # of what rays are unsure by, that those of right circles leave between them
TWO_LAMPS = 0.4  # of the photographs have two highlights on every sphere
EMPTY = 40.0  # degrees to the nearest light, beyond which there is a gap
GAP_LOWEST = 20.0  # degrees of elevation, above which gaps are told of


@dataclass(frozen=True)
class Settings:
    """What a person says of the set-up."""

    spheres: tuple[tuple[float, float, float], ...] = ()  # (column, row, radius); none: found
    focal: float | None = None  # pixels; None: as the photographs' EXIF has it
    distance_mm: float | None = None  # of all lamps from the middle of the picture
    pixel_mm: float | None = None  # what a pixel of the table is
    refine: bool = False
    anyway: bool = False  # also lights that lie on one side
    dome: Dome | None = None  # whose lights are taken, without looking for spheres
    given: Given | None = None  # lights that are checked, without looking for spheres


@dataclass(frozen=True, eq=False)
class Calibration:
    """The lights of photographs, and how they were found."""

    shots: Shots
    overview: View
    camera: Camera
    focal_from: str  # where the focal length comes from, in words
    found: list[Found]
    spheres: list[Sphere]
    rays: Rays
    lights: list[Light | None]
    settings: Settings
    predictions: list[Prediction | None]
    moved: dict[str, float] = field(default_factory=dict)  # degrees, of refined lights
    warnings: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return self.shots.names

    @property
    def known(self) -> list[int]:
        """The photographs that have a light."""
        return [i for i, light in enumerate(self.lights) if light is not None]

    @property
    def near(self) -> bool:
        return any(light is not None and light.position is not None for light in self.lights)

    @property
    def lamps(self) -> str:
        """What is known of where they stand, in words."""
        if self.settings.given is not None:
            return "as given"
        return "near" if self.near else "distant"

    def reason(self, photograph: int) -> str:
        """Why a photograph has no light."""
        if not self.found:
            return "the dome has no light for it"
        reasons = dict.fromkeys(sphere.highlights[photograph].reason for sphere in self.found)
        return "; ".join(reason for reason in reasons if reason)


def calibrate(shots: Shots, settings: Settings, plan: Plan) -> Calibration:
    """Finds spheres, highlights and lights.

    Raises RakingError where the photographs show no sphere that can be used, two lamps each, or
    lights all on one side, which `settings.anyway` allows.
    """
    overview = shots.overview(plan.begin("looking"))
    if settings.dome is not None:
        return _from_dome(shots, overview, settings.dome, settings)
    if settings.given is not None:
        return _from_given(shots, overview, settings.given, settings)
    progress = plan.begin("spheres")
    remarks: list[str] = []
    if settings.spheres:
        found = spheres_by_hand(shots, settings.spheres, progress)
    else:
        found, remarks = find_spheres(shots, overview, progress)
    plan.begin("lights")
    result = from_spheres(shots, overview, found, settings)
    return replace(result, warnings=remarks + result.warnings)


def _from_dome(shots: Shots, overview: View, dome: Dome, settings: Settings) -> Calibration:
    """The lights of a dome that was calibrated before."""
    lights = lights_in_order(dome, len(shots.files), object_products(overview, []))
    return _without_spheres(shots, overview, lights, "as the dome is known", settings)


def _from_given(shots: Shots, overview: View, given: Given, settings: Settings) -> Calibration:
    """Lights that a person has, checked."""
    if len(given.directions) < FEWEST:
        raise RakingError(
            f"{len(given.directions)} photographs tell too little of each other to check their "
            f"lights: {FEWEST} are the fewest"
        )
    lights: list[Light | None] = [Light(direction, UNKNOWN) for direction in given.directions]
    result = _without_spheres(shots, overview, lights, "as the lights are given", settings)
    if not any(result.predictions):
        raise RakingError(
            "the photographs are too dark, or too bright, to tell anything of their lights"
        )
    return result


def _without_spheres(
    shots: Shots, overview: View, lights: list[Light | None], why: str, settings: Settings
) -> Calibration:
    empty = np.zeros((0, len(lights)))
    rays = Rays(empty[..., None], empty[..., None], empty, empty.astype(bool))
    nothing: list[Prediction | None] = [None] * len(lights)
    result = Calibration(
        *(shots, overview, Camera(shots.size), f"of no effect, {why}", [], [], rays, lights),
        settings,
        nothing,
    )
    result = _predicted(result)
    return replace(result, warnings=_warnings(result))


def from_spheres(
    shots: Shots,
    overview: View,
    found: list[Found],
    settings: Settings,
    known: tuple[Camera, str] | None = None,
) -> Calibration:
    """The lights that the highlights on the spheres found tell of. `known` is the camera, and where
    its focal length comes from, if neither that nor the circles are to be settled again. Raises as
    `calibrate`."""
    _check_one_lamp(found)
    camera, focal_from = known or _camera(shots, found, settings)
    spheres, rays = _rays(found, camera)
    if known is None and not settings.spheres:
        found = [put_right(sphere, shots, camera) for sphere in found]
        spheres, rays = _rays(found, camera)
        if settings.distance_mm is None:
            found = settled(found, camera, lights_of(rays))
            spheres, rays = _rays(found, camera)
    if settings.distance_mm is not None:
        assert settings.pixel_mm is not None
        lights = on_dome(rays, settings.distance_mm / settings.pixel_mm)
    else:
        lights = lights_of(rays)
    result = Calibration(
        *(shots, overview, camera, focal_from, found, spheres, rays, lights, settings),
        [None] * len(lights),
    )
    result = _predicted(result)
    return replace(result, warnings=_warnings(result))


def _rays(found: Sequence[Found], camera: Camera) -> tuple[list[Sphere], Rays]:
    spheres = [place_sphere(sphere.outline, camera) for sphere in found]
    return spheres, rays_of(spheres, [sphere.highlights for sphere in found])


def _camera(shots: Shots, found: Sequence[Found], settings: Settings) -> tuple[Camera, str]:
    """The camera, by what is said, by EXIF, or by how the spheres agree best."""
    if settings.focal:
        return Camera(shots.size, settings.focal), "as given"
    parallel = Camera(shots.size)
    focal = focal_from_exif(shots.files[0], max(shots.size))
    if focal is not None and _tilt(found, parallel, focal) > TILTED:
        return Camera(shots.size, focal), "from EXIF"
    if focal is not None:
        return parallel, "of no effect, as the spheres lie near the picture's middle"
    unknown = parallel, "not known, so rays are taken as parallel"
    if len(found) < 2:
        return unknown
    apart = _disagreement(found, parallel)
    if apart < APART:
        return unknown
    focals = FOCALS[::-1] * max(shots.size)
    others = [_disagreement(found, Camera(shots.size, focal)) for focal in focals]
    if min(others) > BETTER * apart:
        return unknown
    best = next(f for f, other in zip(focals, others, strict=True) if other < AS_GOOD * min(others))
    better = minimize_scalar(
        lambda logarithm: _disagreement(found, Camera(shots.size, float(np.exp(logarithm)))),
        bounds=np.log(best) + np.array([-1, 1]) * np.log(FOCALS[1] / FOCALS[0]),
        method="bounded",
        options={"xatol": NEAR_ENOUGH},
    )
    return Camera(shots.size, float(np.exp(better.x))), "as the spheres agree best"


def _tilt(found: Sequence[Found], camera: Camera, focal: float) -> float:
    """The largest angle between the camera's axis and a sphere's middle, in degrees."""
    places = np.array([(sphere.outline.x, sphere.outline.y) for sphere in found])
    away = np.linalg.norm(places - camera.middle, axis=1).max()
    return float(np.degrees(np.arctan2(away, focal)))


def _disagreement(found: Sequence[Found], camera: Camera) -> float:
    """The median angle between the rays of several spheres and the lights, in degrees."""
    _, rays = _rays(found, camera)
    angles = [
        np.mean([angle for angle in light.residuals if angle is not None])
        for photograph, light in enumerate(lights_of(rays))
        if light is not None and rays.valid[:, photograph].sum() > 1
    ]
    return float(np.median(angles)) if angles else 0.0


def _check_one_lamp(found: Sequence[Found]) -> None:
    both = np.array([[h.state == "double" for h in sphere.highlights] for sphere in found])
    twice = both.all(axis=0).mean()
    if twice > TWO_LAMPS:
        raise RakingError(
            f"in {100 * twice:.0f} % of the photographs the spheres mirror two lamps, and no "
            "photograph can be relit by one of them: take the photographs again with one lamp lit, "
            "and cover windows"
        )


def _predicted(result: Calibration) -> Calibration:
    """With what the photographs say of each other, and the lights moved where that is asked."""
    circles = [
        (s.outline.x, s.outline.y, s.outline.across * (1 + s.outline.elongation))
        for s in result.found
    ]
    known = result.known
    values = object_values(result.overview, circles)
    if values is None or len(known) < FEWEST:
        return result
    lights = [light for light in result.lights if light is not None]
    directions = np.array([light.direction for light in lights])
    deviations = np.array([light.deviation for light in lights])
    predicted = predict_each(directions, values[known], deviations)
    predictions: list[Prediction | None] = [None] * len(result.lights)
    for photograph, prediction in zip(known, predicted, strict=True):
        predictions[photograph] = prediction
    if not result.settings.refine:
        return replace(result, predictions=predictions)
    after, moved = list(result.lights), {}
    for photograph, light, prediction in zip(known, lights, predicted, strict=True):
        direction = refined_light(light.direction, light.deviation, prediction)
        angle = float(np.degrees(angles_between(direction, light.direction)))
        if angle > 0:
            distance = None if light.position is None else np.linalg.norm(light.position)
            position = None if distance is None else distance * direction
            after[photograph] = replace(light, direction=direction, position=position)
            moved[result.names[photograph]] = angle
    return replace(result, lights=after, predictions=predictions, moved=moved)


def _warnings(result: Calibration) -> list[str]:
    names, known = result.names, result.known
    lights = np.array([light.direction for light in result.lights if light is not None])
    warnings = []
    dark = [names[i] for i in range(len(names)) if i not in known]
    if dark:
        warnings.append(f"without a highlight, and so left out: {listing(dark)}")
    double = [
        name
        for i, name in enumerate(names)
        if any(sphere.highlights[i].state == "double" for sphere in result.found)
    ]
    if double:
        warnings.append(
            f"with a second highlight, of which the brighter is taken: {listing(double)}"
        )
    apart = disagreements(result.rays, result.lights)
    if apart:
        worst = listing(
            f"{names[p]} ({angle:.0f} degrees)"
            for _, p, angle in sorted(apart, key=lambda a: -a[2])
        )
        warnings.append(f"spheres disagree about the light of {worst}")
    warnings += _too_little(result) if len(result.found) == 1 else _missing_rays(result)
    flagged = [
        f"{names[i]} ({prediction.angle:.0f} degrees)"
        for i, prediction in enumerate(result.predictions)
        if prediction is not None and prediction.flagged
    ]
    if flagged and not result.settings.refine:
        look = "highlights" if result.found else "lines in the light file"
        warnings.append(
            f"the other photographs predict another light for {listing(flagged)}: look at their "
            f"{look}, or let --refine move them"
        )
    far = [
        f"{name} ({angle:.0f} degrees)"
        for name, angle in result.moved.items()
        if (light := result.lights[names.index(name)]) and angle > 2 * light.deviation
    ]
    if far:
        warnings.append(f"moved by more than their uncertainty: {listing(far)}")
    if wrong := one_sided(lights):
        if not result.settings.anyway:
            raise RakingError(
                f"{wrong}, so nothing can be relit from elsewhere: photograph the object with the "
                "lamp all around it, or add --anyway"
            )
        warnings.append(wrong)
    else:
        warnings += _gap(lights)
    held_out = np.zeros(len(known), bool)
    repeats = light_warnings([names[i] for i in known], lights, held_out)
    return warnings + [warning for warning in repeats if warning.startswith("lights repeat")]


def _too_little(result: Calibration) -> list[str]:
    """Whether the one sphere stands where near lamps are seen in other directions."""
    outline = result.found[0].outline
    away = np.array([outline.x, outline.y]) - result.camera.middle
    near = np.hypot(*away) <= BESIDE * max(result.shots.size)
    if near or result.settings.distance_mm is not None:
        return []
    return [
        "one sphere beside the object sees near lamps in other directions than the object does: "
        "lay a second one on its other side, or give --distance and --pixel-size"
    ]


def _missing_rays(result: Calibration) -> list[str]:
    """Whether the rays of several spheres miss the lamps by more than under right circles."""
    parted = [angle for light in result.lights if light for angle in light.residuals if angle]
    if not parted:
        return []
    unsure = float(np.degrees(np.median(result.rays.deviations[result.rays.valid])))
    if np.median(parted) <= UNMET * unsure:
        return []
    return [
        f"the rays of the spheres miss each other by {np.median(parted):.1f} degrees, so a "
        "circle or the focal length is wrong: look at them with --review"
    ]


def _gap(lights: np.ndarray) -> list[str]:
    """The widest part of the sky above the horizon without a light."""
    azimuth, elevation = np.meshgrid(np.arange(0, 360, 10), np.arange(GAP_LOWEST, 90, 5))
    a, e = np.radians(azimuth.ravel()), np.radians(elevation.ravel())
    sky = np.column_stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    nearest = np.degrees(angles_between(sky, lights).min(axis=1))
    worst = int(np.argmax(nearest))
    if nearest[worst] < EMPTY:
        return []
    return [
        f"no light within {nearest[worst]:.0f} degrees of azimuth {azimuth.ravel()[worst]} and "
        f"elevation {elevation.ravel()[worst]:.0f} degrees (azimuth from the right, anticlockwise)"
    ]
