"""The rooms of the house: each imports only from those that stand below it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
# From the ground up. A room may import itself and whatever stands before it.
ROOMS = (
    *("shaders", "renderer.files", "renderer.image", "renderer.gpu", "renderer"),
    *("trainer.photographs", "trainer.lights", "trainer.collection", "trainer.models"),
    *("trainer.running", "trainer.quality", "trainer.mapping", "trainer.training"),
    *("trainer.surface", "trainer.calibration", "trainer.preparing", "trainer.sample", "trainer"),
    *("webviewer", "bench.common", "bench.speed", "bench.fidelity", "bench"),
    *("raking.cli", "raking"),
)
TOPS = dict.fromkeys([*(room.split(".")[0] for room in ROOMS), "tests"])
LONGEST = {".py": 400, ".js": 200}  # lines of a file, which is about one thing
MOST_PARAMETERS = 8  # of a function; a command has one for each of its options


def room_of(module: str) -> str:
    return max((r for r in ROOMS if f"{module}.".startswith(f"{r}.")), key=len)


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    tops = {room.split(".")[0] for room in ROOMS}
    return {name for name in found if name.split(".")[0] in tops}


def modules() -> dict[str, Path]:
    paths = [p for room in ROOMS for p in (ROOT / room.replace(".", "/")).glob("*.py")]
    return {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in paths}


def test_no_arrow_runs_back_up() -> None:
    found = modules()
    assert len(found) > 100
    backwards = [
        f"{module} imports {name}"
        for module, path in found.items()
        for name in imports_of(path)
        if ROOMS.index(room_of(name)) > ROOMS.index(room_of(module))
    ]
    assert not backwards


def test_every_module_lives_in_a_room() -> None:
    tops = {room.split(".")[0] for room in ROOMS}
    everywhere = {path for top in tops for path in (ROOT / top).rglob("*.py")}
    assert everywhere == set(modules().values())


def test_no_two_modules_have_one_name() -> None:
    names = [m.rpartition(".")[2] for m in modules() if not m.endswith("__init__")]
    twice = {name for name in names if names.count(name) > 1}
    # A command's file is called as what it runs, or tells of.
    commands = {path.stem for path in (ROOT / "raking" / "cli").glob("*.py")}
    assert twice <= commands
    assert all(names.count(name) == 2 for name in twice)


def test_files_are_read_in_one_sitting() -> None:
    paths = [path for top in TOPS for path in (ROOT / top).rglob("*") if path.suffix in LONGEST]
    own = [path for path in paths if "vendor" not in path.parts]
    assert len(own) > 500
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in own}
    assert not [f"{path}: {n}" for path, n in lines.items() if n >= LONGEST[path.suffix]]


def test_functions_take_few_parameters() -> None:
    paths = [
        path for top in TOPS for path in (ROOT / top).rglob("*.py") if path.parent.name != "cli"
    ]
    functions = [
        (path, node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    assert len(functions) > 1000
    for path, node in functions:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        named = [each.arg for each in arguments if each.arg != "self"]
        assert len(named) <= MOST_PARAMETERS, f"{path}: {node.name}"
