"""Spheres found without a click: what is round, and mirrors a lamp that moves and little else."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shaders.errors import RakingError
from trainer.calibration.camera import Camera
from trainer.calibration.circles import propose_circles
from trainer.calibration.highlights import Highlight, find_highlights, outward
from trainer.calibration.mirror import mirroring
from trainer.calibration.rim import Frame, Outline, fit_rim, share_of_rays
from trainer.calibration.spots import Screening, find_spot, screen, without_background
from trainer.calibration.views import Progress, Shots, View

FEWEST = 4  # photographs
LIKELY = 0.35  # share of the photographs with a clean spot, in the overview
MOVING = 0.04  # deviation of the spots' places, of the radius
MOST = 8  # places looked at in full detail
AROUND = 1.9  # radii
# Of small spheres more: within the few pixels inside their rims the table farther away is mirrored.
SMALL, AROUND_SMALL = 60.0, 2.6  # pixels, radii
SURE = 0.6  # share of the photographs with a highlight, in full detail
ROUND = 0.33  # of the rays, with an edge at the rim
WHOLE = 0.93  # of the rim in the picture
REACH = 0.78  # of the radius: no lamp is mirrored farther out, but on spheres seen from the side
ALIKE = 0.5  # rank correlation of the highlights' columns, and rows, on two spheres
AS_FAR = 0.4  # of the way, in radii, that they go on the other; near lamps' differ
SAME_SIZE = 1.15  # of two places of one sphere
BESIDE = 0.95  # of their radii together: two spheres are no nearer to each other
STILL = 0.85  # of the support for a half's own rim, that it has for the common one
MOST_CUT = 0.8  # of the radius, from a sphere's middle to the border, below which it is cut
MOVED = 0.015  # of the radius, and pixels, between the first and the last photographs
MOVED_PIXELS = 1.5


@dataclass(frozen=True, eq=False)
class Found:
    """A sphere in the photographs."""

    outline: Outline
    view: View
    highlights: list[Highlight]

    @property
    def share(self) -> float:
        return sum(h.usable for h in self.highlights) / len(self.highlights)


def find_spheres(
    shots: Shots, overview: View, progress: Progress | None = None
) -> tuple[list[Found], list[str]]:
    """The spheres in the photographs, from left to right, and what was taken for none, in words.

    Raises RakingError where there is none, the only ones are cut by the picture's border, or they
    moved.
    """
    check_count(shots)
    places = _likely_places(overview)
    regions = [
        shots.around(overview.outward(group[0, :2]), _reach(_radius(group) * overview.region.scale))
        for group in places
    ]
    views = shots.views(regions, progress) if regions else []
    found: list[Found] = []
    cut: list[Found] = []
    for view, group in zip(views, places, strict=True):
        circles = np.column_stack(
            [
                view.inward(overview.outward(group[:, :2])),
                group[:, 2] * overview.region.scale / view.region.scale,
            ]
        )
        sphere = _sphere(view, circles, frame_of(shots))
        if sphere is not None:
            (found if sphere.outline.whole >= WHOLE else cut).append(sphere)
    found, others = _agreeing(_distinct(found))
    check_apart(found, others)
    if not found:
        raise RakingError(_none_found(shots, overview, cut))
    found = [_still(sphere, shots) for sphere in found]
    remarks = [
        f"what is at {sphere.outline.x:.0f}, {sphere.outline.y:.0f} is round and shines, but does "
        "not mirror the lamps as a sphere does; it is left out"
        for sphere in others
    ]
    remarks += [
        f"the sphere at {sphere.outline.x:.0f}, {sphere.outline.y:.0f} is cut by the picture's "
        "border; it is left out"
        for sphere in cut
    ]
    return sorted(found, key=lambda sphere: sphere.outline.x), remarks


def spheres_by_hand(
    shots: Shots, circles: Sequence[tuple[float, float, float]], progress: Progress | None = None
) -> list[Found]:
    """Spheres where a person saw them: (column, row, radius) each, taken as they are.

    Raises RakingError for one that does not lie in the picture, or mirrors no lamp.
    """
    check_count(shots)
    height, width = shots.size
    for x, y, radius in circles:
        if radius < 3 or not (
            -0.5 <= x - radius < x + radius < width and -0.5 <= y - radius < y + radius < height
        ):
            raise RakingError(
                f"the sphere at {x:g}, {y:g} of radius {radius:g} is not whole in the photographs, "
                f"which are {width} x {height} pixels: name column, row and radius of one that is"
            )
    regions = [shots.around(np.array([x, y]), _reach(r)) for x, y, r in circles]
    found = []
    for view, (x, y, radius) in zip(shots.views(regions, progress), circles, strict=True):
        outline = Outline(x, y, radius, 0.0, 0.5, 0.0, 1.0, 1.0)
        sphere = Found(outline, view, find_highlights(view, outline, frame_of(shots)))
        if not any(highlight.usable for highlight in sphere.highlights):
            raise RakingError(
                f"what is at {x:g}, {y:g} mirrors no lamp in any photograph: check where the "
                "sphere is, or leave --sphere out to have it found"
            )
        found.append(sphere)
    return found


def check_count(shots: Shots) -> None:
    if len(shots.files) < FEWEST:
        raise RakingError(
            f"{len(shots.files)} photograph{'s' if len(shots.files) > 1 else ''} cannot tell a "
            f"lamp that moves: take at least {FEWEST}, with the lamp elsewhere in each"
        )


def frame_of(shots: Shots) -> Frame:
    height, width = shots.size
    return Frame(np.array([width - 1, height - 1]) / 2, float(max(shots.size)))


def put_right(sphere: Found, shots: Shots, camera: Camera) -> Found:
    """The sphere with the circle under which it mirrors the table beside it, and with highlights
    looked for anew; as it is, where what is inside its rim does not tell."""
    outline = mirroring(sphere.view, sphere.outline, camera)
    return sphere if outline is None else _with(sphere, outline, frame_of(shots))


def _with(sphere: Found, outline: Outline, frame: Frame) -> Found:
    return Found(outline, sphere.view, find_highlights(sphere.view, outline, frame))


def _still(sphere: Found, shots: Shots) -> Found:
    """The sphere, with a rim that all photographs agree on. RakingError where it, or the camera,
    moved between them: where the first or the last of them show its rim elsewhere, and not where
    all together do, and under no rim all mirror the table."""
    frame = frame_of(shots)
    common = _circle_in(sphere.view, sphere.outline)
    own, gone = [], False
    for half in np.array_split(np.arange(len(sphere.highlights)), 2):
        part = View(sphere.view.region, sphere.view.values[half])
        outline = _outline(part, common[None], frame, np.zeros((0, 2)))
        if outline is None:
            return sphere
        own.append(outline)
        there = share_of_rays(part.grey, common, _circle_in(part, outline))
        gone |= share_of_rays(part.grey, common, common) < STILL * there
    moved = float(np.hypot(own[1].x - own[0].x, own[1].y - own[0].y))
    least = max(MOVED * sphere.outline.across, MOVED_PIXELS, 4 * sphere.outline.deviation)
    if not gone or moved <= least:
        return sphere
    for outline in own:
        if mirroring(sphere.view, outline, Camera(shots.size)) is not None:
            return _with(sphere, outline, frame)
    raise RakingError(_moved(sphere.outline, f"by {moved:.1f} pixels"))


def _likely_places(overview: View) -> list[np.ndarray]:
    """Groups [C, 3] of circles of the overview that may be one sphere, the likeliest first."""
    grey = overview.grey
    bright = without_background(grey)
    circles = propose_circles(grey)
    looks = [screen(bright, circle) for circle in circles]
    likely = [
        (look.clean * min(1.0, look.spread / 0.2), circle)
        for circle, look in zip(circles, looks, strict=True)
        if look.clean >= LIKELY and look.spread >= MOVING
    ]
    likely.sort(key=lambda pair: -pair[0])
    groups: list[list[np.ndarray]] = []
    for _, circle in likely:
        for group in groups:
            apart = np.hypot(*(circle[:2] - group[0][:2]))
            if apart < 0.8 * max(circle[2], group[0][2]):
                group.append(circle)
                break
        else:
            groups.append([circle])
    return [np.array(group) for group in groups[:MOST]]


def _radius(group: np.ndarray) -> float:
    """That of the largest sphere that a group of circles [C, 3] may be."""
    radii = group[:, 2]
    return float(min(radii.max(), 1.6 * np.median(radii)))


def _reach(radius: float) -> float:
    """How far about a sphere is looked at, in pixels of the photographs as its radius."""
    return (AROUND_SMALL if radius < SMALL else AROUND) * radius


def _sphere(view: View, circles: np.ndarray, frame: Frame) -> Found | None:
    """What is at one of these circles of the view, if it is a sphere."""
    bright = without_background(view.grey)
    best = circles[np.argmax([screen(bright, circle).clean for circle in circles])]
    spots = _spots(bright, best)
    outline = _outline(view, circles, frame, spots)
    if outline is None or outline.support < ROUND:
        return None
    sphere = Found(outline, view, find_highlights(view, outline, frame))
    look = screen(bright, _circle_in(view, outline))
    return sphere if _is_sphere(sphere, look) else None


def _is_sphere(sphere: Found, look: Screening) -> bool:
    places = np.array([h.place for h in sphere.highlights if h.usable])
    if sphere.share < SURE or len(places) < 3:
        return False
    moving = places.std(axis=0).max() / sphere.outline.across
    clean = look.clean + 0.5 * look.doubled
    return bool(moving >= MOVING and clean >= LIKELY)


def _spots(bright: np.ndarray, circle: np.ndarray) -> np.ndarray:
    """Where the lamps are mirrored [N, 2] in a circle of the view."""
    rows, columns = np.mgrid[: bright.shape[1], : bright.shape[2]]
    inside = np.hypot(columns - circle[0], rows - circle[1]) < 0.8 * circle[2]
    spots = [find_spot(picture, inside, circle[2]) for picture in bright]
    return np.array([(spot.x, spot.y) for spot in spots if spot is not None]).reshape(-1, 2)


def _outline(view: View, circles: np.ndarray, frame: Frame, spots: np.ndarray) -> Outline | None:
    """The rim near one of the circles of the view, in pixels of the photographs."""
    scale = view.region.scale
    inner = Frame(view.inward(frame.middle), frame.side / scale)
    column, row = map(float, view.outward(circles[0, :2]))
    tilt = outward(Outline(column, row, 0, 0, 0, 0, 0, 0), frame)
    outline = fit_rim(view.grey, circles, inner, spots, REACH + float(np.hypot(*tilt)))
    if outline is None:
        return None
    x, y = map(float, view.outward(np.array([outline.x, outline.y])))
    return replace(
        outline, x=x, y=y, across=outline.across * scale, deviation=outline.deviation * scale
    )


def _circle_in(view: View, outline: Outline) -> np.ndarray:
    x, y = view.inward(np.array([outline.x, outline.y]))
    radius = outline.across * (1 + outline.elongation / 2) / view.region.scale
    return np.array([x, y, radius])


def _distinct(found: list[Found]) -> list[Found]:
    """Of spheres that overlap, the one with the better rim."""
    kept: list[Found] = []
    for sphere in sorted(found, key=lambda s: -s.share * s.outline.support):
        here = np.array([sphere.outline.x, sphere.outline.y])
        if all(
            np.hypot(*(here - [other.outline.x, other.outline.y]))
            > max(sphere.outline.across, other.outline.across)
            for other in kept
        ):
            kept.append(sphere)
    return kept


def check_apart(found: list[Found], others: list[Found]) -> None:
    """RakingError where one sphere stands at two places that it cannot fill at once; what is round
    beside the spheres, an ornament's circles for instance, may overlap."""
    spheres, rest = ([sphere.outline for sphere in each] for each in (found, others))
    for one, other in [*itertools.combinations(spheres, 2), *itertools.product(spheres, rest)]:
        apart = float(np.hypot(one.x - other.x, one.y - other.y))
        alike = max(one.across, other.across) < SAME_SIZE * min(one.across, other.across)
        if alike and apart < BESIDE * (one.across + other.across):
            raise RakingError(_moved(one, f"by {apart:.0f} pixels"))


def _agreeing(found: list[Found]) -> tuple[list[Found], list[Found]]:
    """The most spheres whose highlights move alike, and the others.

    Of groups of one size that is taken on which the lamps' images are smallest, in the most
    photographs, within the clearest rims: what is round and glossy without being a sphere shines
    in patches, as a coin does, or here and there, as an ornament's gold.
    """
    groups = [[other for other in found if _alike(sphere, other)] for sphere in found]
    best = min(groups, key=lambda group: (-len(group), _doubt(group)), default=[])
    return best, [sphere for sphere in found if sphere not in best]


def _alike(one: Found, other: Found) -> bool:
    """Whether the highlights on two spheres go to and fro together, and about as far, whatever the
    perspective."""
    if one is other:
        return True
    pairs = zip(one.highlights, other.highlights, strict=True)
    places = np.array([[*a.place, *b.place] for a, b in pairs if a.usable and b.usable])
    if len(places) < FEWEST:
        return False
    # So that a few strays do not decide.
    order = np.argsort(np.argsort(places, axis=0), axis=0)
    likeness = np.asarray(np.corrcoef(order.T))
    ways = (places.std(axis=0) / np.repeat([one.outline.across, other.outline.across], 2)).clip(
        MOVING
    )
    as_far = np.minimum(ways[:2], ways[2:]) > AS_FAR * np.maximum(ways[:2], ways[2:])
    return bool(likeness[0, 2] > ALIKE and likeness[1, 3] > ALIKE and as_far.all())


def _doubt(group: list[Found]) -> float:
    sizes = [h.size / s.outline.across for s in group for h in s.highlights if h.usable]
    sure = np.mean([s.share * s.outline.support for s in group])
    return float(np.mean(sizes) / sure**2)


def _none_found(shots: Shots, overview: View, cut: list[Found]) -> str:
    """Why there is no sphere, and what to do."""
    if cut:
        return _cut(cut[0].outline.x, cut[0].outline.y)
    for half in np.array_split(np.arange(len(shots.files)), 2):
        part = View(overview.region, overview.values[half])
        places = _likely_places(part) if len(half) >= FEWEST else []
        if places and len(half) < len(shots.files) and places[0][0, 2] > 0:
            x, y = overview.outward(places[0][0, :2])
            if _is_round(part, places[0]):
                if not _in_picture(part, places[0][0]):
                    return _cut(x, y)
                return (
                    f"a sphere is at {x:.0f}, {y:.0f} in some photographs only: it, or the camera, "
                    "was moved between them; take them again, or calibrate those before and after "
                    "apart"
                )
    return (
        "no glossy sphere is found in the photographs: nothing round in them mirrors a lamp that "
        "moves; lay one beside the object, whole and in the picture, or name it by hand with "
        "--sphere X,Y,R (column, row and radius in pixels)"
    )


def _cut(x: float, y: float) -> str:
    return f"the sphere at {x:.0f}, {y:.0f} is cut by the picture's border: photograph it whole"


def _in_picture(view: View, circle: np.ndarray) -> bool:
    """Whether most of a circle of the view, from side to side, lies in it."""
    height, width = view.grey.shape[1:]
    least = np.minimum(circle[:2], [width - 1, height - 1] - circle[:2]).min()
    return bool(least > MOST_CUT * circle[2])


def _is_round(view: View, circles: np.ndarray) -> bool:
    whole = Frame(np.array(view.grey.shape[:0:-1]) / 2, float(max(view.grey.shape[1:])))
    bright = without_background(view.grey)
    outline = fit_rim(view.grey, circles, whole, _spots(bright, circles[0]), REACH)
    return (
        outline is not None
        and outline.support >= ROUND
        and screen(bright, np.array([outline.x, outline.y, outline.across])).clean >= SURE
    )


def _moved(outline: Outline, how: str) -> str:
    return (
        f"the sphere at {outline.x:.0f}, {outline.y:.0f} moved {how} between the first and the "
        "last photographs: take them again with camera, object and spheres at rest, or calibrate "
        "those before and after apart"
    )
