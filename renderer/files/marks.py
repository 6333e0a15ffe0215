"""The mark in pictures, videos and meshes of this software, which tells them from others.

It is the software's name where such files have a place for it: `Software` in the text of a PNG, in
the EXIF block of JPEG and WebP and in a TIFF, the comment of a video and of a PLY.
"""

from importlib import metadata
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

NAME = "Raking "
EXIF_SOFTWARE = 0x0131
VIDEO_COMMENT = "Rendered by Raking "  # no title that a person gives
SEARCHED = 1 << 20  # bytes at either end of a video, where its description lies
LONGEST_HEADER = 1 << 10  # bytes of a mesh


def software() -> str:
    """The name and the version."""
    try:
        return f"{NAME}{metadata.version('raking')}"
    except metadata.PackageNotFoundError:
        return f"{NAME}(not installed)"


def png_mark(**text: str) -> PngInfo:
    """What `save(pnginfo=...)` takes for PNG; `text` is added under its keys."""
    info = PngInfo()
    for key, value in {"Software": software(), **text}.items():
        info.add_text(key, value)
    return info


def exif_mark() -> Image.Exif:
    """What `save(exif=...)` takes for JPEG and WebP."""
    exif = Image.Exif()
    exif[EXIF_SOFTWARE] = software()
    return exif


def video_mark() -> dict[str, str]:
    """The metadata of a video's container."""
    return {"comment": f"{VIDEO_COMMENT}{software().removeprefix(NAME)}"}


def bears_mark(file: Path) -> bool:
    """Whether a file is a picture, a video or a mesh that this software made."""
    try:
        with Image.open(file) as picture:
            exif = picture.getexif() if picture.format != "PNG" else {}
            named = picture.info.get("Software", exif.get(EXIF_SOFTWARE))
            return isinstance(named, str) and named.startswith(NAME)
    except Exception:  # whatever cannot be read as a picture is none of ours
        return _is_marked_video(file) or _is_marked_mesh(file)


def _is_marked_mesh(file: Path) -> bool:
    with file.open("rb") as mesh:
        first = mesh.read(LONGEST_HEADER)
    return (
        first.startswith(b"ply\n") and f"\ncomment {NAME}".encode() in first.split(b"end_header")[0]
    )


def _is_marked_video(file: Path) -> bool:
    with file.open("rb") as video:
        first = video.read(SEARCHED)
        video.seek(max(0, file.stat().st_size - SEARCHED))
        return first[4:8] == b"ftyp" and VIDEO_COMMENT.encode() in first + video.read()
