"""The command `raking`: its subcommands, and how what goes wrong is told."""

import io
import signal
import sys
import warnings
from typing import Any, NoReturn

import typer

from raking.cli.bench import bench
from raking.cli.benchmark import benchmark
from raking.cli.calibrate import calibrate
from raking.cli.convert import convert
from raking.cli.describe import describe
from raking.cli.evaluate import evaluate
from raking.cli.gallery import gallery
from raking.cli.info import info
from raking.cli.map import map_
from raking.cli.normals import normals
from raking.cli.prepare import prepare
from raking.cli.printing import errors, warn
from raking.cli.render import render
from raking.cli.sample import sample
from raking.cli.site import site
from raking.cli.train import train
from raking.cli.verify import verify
from raking.cli.view import view
from shaders.errors import RakingError, printable, shortened

app = typer.Typer(
    help="Relight surfaces photographed under many lights.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    *(sample, calibrate, prepare, train, describe, convert, site, render, normals, view, info),
    *(verify, evaluate, bench, gallery, benchmark),
):
    app.command()(command)
app.command("map")(map_)

INTERRUPTED = 130
LONGEST_USAGE = 200  # characters of what is wrong with a command line
UsageError: Any = typer.BadParameter.__base__  # which typer does not name


def main() -> None:
    """Runs the command; what a user can mend becomes one line, and so does an interrupt."""
    # What the terminal's encoding lacks is shown by its number.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = lambda message, *_: warn(str(message))
    # As an interrupt does, so that what was written aside is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(app(standalone_mode=False))
    except UsageError as error:
        if not error.format_message():  # without arguments the help was printed
            sys.exit(2)
        fail(usage(error), 2)
    except RakingError as error:
        fail(str(error))
    except MemoryError:
        fail("there is not enough memory for this; take a crop or a smaller size")
    except OSError as error:
        fail(f"{error.filename or 'a file'} cannot be used: {error.strerror or error}")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            errors.print("raking: interrupted; the same command goes on or begins anew")
        raise


def usage(error: Any) -> str:
    """What is wrong with a command line, and where to look."""
    command = f"raking {error.ctx.info_name}" if error.ctx and error.ctx.parent else "raking"
    sentence = error.format_message().removeprefix("Invalid value: ").rstrip(".")
    return f"{shortened(sentence, LONGEST_USAGE)}; see {command} --help"


def fail(sentence: str, status: int = 1) -> NoReturn:
    errors.print(f"raking: {printable(sentence)}", style="red", soft_wrap=True)
    sys.exit(status)
