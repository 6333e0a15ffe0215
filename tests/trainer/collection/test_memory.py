"""Pictures that are larger than the memory, refused before they are decoded."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.files import memory
from shaders.errors import RakingError
from trainer.collection import reading
from trainer.collection.mlic import read_mlic
from trainer.photographs import pictures
from trainer.photographs.pictures import read_picture

from ..conftest import write_collection

ROOT = Path(__file__).parents[3]
PEAK = """if True:
    import sys
    from pathlib import Path
    from shaders.errors import RakingError
    from trainer.collection.mlic import read_mlic

    try:
        read_mlic(Path(sys.argv[1]))
    except RakingError as error:
        print(error)
    print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def test_what_is_available_is_some_of_the_machines_memory() -> None:
    assert 2**26 < memory.available_memory() < 2**46


@pytest.mark.parametrize("version", [1, 2])
def test_a_containers_limit_counts_and_cached_files_give_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    most, used = {
        1: ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        2: ("memory.max", "memory.current"),
    }[version]
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner / most).write_text("9223372036854771712\n" if version == 1 else "max\n")
    (inner / used).write_text("100\n")
    (inner / "memory.stat").write_text("anon 5\n")
    (inner.parent / most).write_text("5000000\n")
    (inner.parent / used).write_text("4000000\n")
    (inner.parent / "memory.stat").write_text("anon 5\nactive_file 200000\ninactive_file 30000\n")
    (tmp_path / "own").write_text(f"{'4:memory' if version == 1 else '0:'}:/outer/inner\n")
    monkeypatch.setattr(memory, "OWN", tmp_path / "own")
    monkeypatch.setattr(memory, "SEPARATE" if version == 1 else "UNIFIED", tmp_path)
    assert memory.available_memory() == 1_230_000


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
def test_the_process_own_limit_counts() -> None:
    script = """if True:
        import resource
        from renderer.files.memory import available_memory
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, resource.RLIM_INFINITY))
        print(available_memory())
    """
    told = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, check=True, cwd=ROOT
    )
    assert 0 < int(told.stdout) < 3 << 30


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read peaks from")
def test_a_huge_picture_among_others_is_refused_unseen(tmp_path: Path, huge_picture: Path) -> None:
    path = write_collection(tmp_path / "bumps")
    (path / "image05.png").write_bytes(huge_picture.read_bytes())
    told = subprocess.run(
        [sys.executable, "-c", PEAK, path], stdout=subprocess.PIPE, check=True, cwd=ROOT
    )
    sentence, peak = told.stdout.decode().splitlines()
    assert "image05.png is 30000 x 30000 pixels but" in sentence
    assert int(peak) < 500_000  # KiB


def test_a_picture_beyond_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(np.zeros((1000, 1000, 3), np.uint8)).save(tmp_path / "photo.png")
    monkeypatch.setattr(pictures, "available_memory", lambda: 8_000_000)
    with pytest.raises(RakingError, match=r"photo\.png is 1000 x 1000 pixels: to read it takes"):
        read_picture(tmp_path / "photo.png")
    monkeypatch.setattr(pictures, "available_memory", lambda: 10_000_000)
    assert read_picture(tmp_path / "photo.png").values.shape == (1000, 1000, 3)


def test_a_collection_beyond_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_collection(tmp_path / "bumps")
    size, photographs = 24 * 24, 20
    needed = size * 3 * photographs + size * reading.FITTING
    monkeypatch.setattr(reading, "available_memory", lambda: needed - 1)
    with pytest.raises(RakingError, match=r"20 photographs of 24 x 24 pixels in .* take"):
        read_mlic(path)
    monkeypatch.setattr(reading, "available_memory", lambda: needed)
    assert len(read_mlic(path).names) == photographs
