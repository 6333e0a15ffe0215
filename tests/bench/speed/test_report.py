"""Results and report of a run whose numbers are known."""

import csv
import json
import re
from dataclasses import asdict

import pytest

from bench.common.journal import Journal
from bench.speed.measure import finish
from bench.speed.scenarios import Case
from shaders.errors import RakingError

RENDERER = "ANGLE (Mesa/X.org, llvmpipe (LLVM 15.0.6 256 bits), OpenGL ES 3.2)"
PROMISED = [
    "image",
    "units",
    "parameters",
    "pixels",
    "width",
    "height",
    "view",
    "tiling",
    "adaptive",
    "shader",
    "renderer",
    "repeat",
    "frames",
    "decoded_pixels_per_frame",
    "ms_per_frame",
    "fps",
    "mpx_per_s",
]
ENVIRONMENT = {
    "cpu": "Abacus 2000",
    "cores": 2,
    "system": "Linux",
    "python": "3.11",
    "packages": {"raking": "0.1", "numpy": "2"},
    "commit": "abcdef123456",
    "renderer_kind": "llvmpipe",
    "renderer": RENDERER,
    "browser": "156.0",
    "flags": ["--use-angle=gl-egl"],
    "frame_interval_ms": {"capped": 16.7, "uncapped": 0.6},
}


def image(name, decoder, units, parameters):
    size = {"width": 512, "height": 512, "sha256": "0" * 64}
    own = {"name": name, "decoder": decoder, "units": units, "parameters": parameters}
    own |= {"multiply_adds": 9 * units + units**2 + 3 * units, "quality": 28.0 + units / 100}
    return {**own, "path": f"anywhere/{name}", **size}


SETTINGS = {
    "images": [image("disk", "DisK(20)", 20, 723), image("neural", "NeuralRTI(50)", 50, 3303)],
    "renderer": RENDERER,
    "renderer_kind": "llvmpipe",
    "browser": "156.0",
    "quick": False,
    "target_fps": 20.0,
    "repeats": 1,
    "seconds": 1.0,
    "seed": 0,
}


def measured(case, ms, scale=1.0):
    frames = {"frames": 30, "seconds": 0.03 * (ms + 10), "intervals": [], "scale": scale}
    pixels = case.pixels * scale**2
    samples = [{"frames": 10, "ms": 10 * ms}] * 4
    return {
        "case": asdict(case),
        "error": None,
        "info": {},
        "isolated": True,
        "decode": None
        if case.adaptive
        else {"samples": samples, "framesTotal": 40, "decodedPixelsPerFrame": pixels},
        "frames": {**frames, "decodedPixelsPerFrame": pixels},
        "psnr": 31.25 if case.adaptive else None,
        "url": case.url_parameters(20),
        "load": [0.1, 0.2],
        "wall_seconds": 4.0,
    }


BIG = Case("disk", 5000, 2000)
RECORDS = [
    measured(BIG, 240.0),
    measured(Case("neural", 5000, 2000), 1680.0),
    measured(Case("disk", 1000, 1000), 25.0),
    measured(Case("disk", 1000, 1000, shader="looped"), 325.0),
    measured(Case("disk", 1000, 1000, adaptive=True), 25.0, scale=0.5),
]


def write(out, records, cases=None):
    journal = Journal(out / "journal.jsonl", Case, SETTINGS, ENVIRONMENT)
    for record in records:
        journal.append(record)
    return finish(out, journal, cases or [Case(**record["case"]) for record in records])


def rows(out):
    with (out / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_results_have_the_promised_columns_and_numbers(tmp_path):
    write(tmp_path, RECORDS)
    found = rows(tmp_path)
    assert set(PROMISED) <= set(found[0])
    big = found[0]
    assert (big["image"], big["units"], big["parameters"]) == ("disk", "20", "723")
    assert (big["pixels"], big["width"], big["height"]) == ("10000000", "5000", "2000")
    assert (big["view"], big["tiling"], big["adaptive"]) == ("whole", "off", "off")
    assert (big["shader"], big["repeat"], big["renderer"]) == ("baked", "1", RENDERER)
    assert float(big["ms_per_frame"]) == 240.0
    assert float(big["fps"]) == pytest.approx(1000 / 250, abs=1e-3)
    assert float(big["mpx_per_s"]) == pytest.approx(10 / 0.24, abs=1e-3)


def test_quality_stands_beside_cost(tmp_path):
    records = [*RECORDS, measured(Case("neural", 1000, 1000), 165.0)]
    page = write(tmp_path, records).read_text()
    rows = re.findall(r"<tr><td class=\"name\">(\S+)</td><td>(\d+)</td><td>(\S+)</td>", page)
    assert ("DisK(20)", "640", "25.0") in rows
    assert ("NeuralRTI(50)", "3100", "165") in rows
    assert "<td>28.20</td>" in page
    assert "<td>28.50</td>" in page
    assert (tmp_path / "figure_cost.svg").stat().st_size > 1000


def test_a_looped_shader_beyond_the_drivers_uniforms_is_left_out(tmp_path):
    sentence = "The viewer failed: The looped shader of this decoder needs 1234 uniform vectors."
    looped = measured(Case("neural", 1000, 1000, shader="looped"), 1.0)
    report = write(tmp_path, [*RECORDS, {**looped, "error": sentence}])
    assert "1234 uniform vectors" in report.read_text()
    assert rows(tmp_path)[-1]["ms_per_frame"] == ""


def test_adaptive_rows_have_no_decode_time_but_pixels_and_error(tmp_path):
    write(tmp_path, RECORDS)
    row = rows(tmp_path)[-1]
    assert row["adaptive"] == "on"
    assert row["ms_per_frame"] == row["mpx_per_s"] == ""
    assert (row["decoded_pixels_per_frame"], row["scale"]) == ("250000", "0.5")
    assert row["psnr"] == "31.25"


def test_raw_keeps_samples_settings_and_environment(tmp_path):
    write(tmp_path, RECORDS)
    raw = json.loads((tmp_path / "raw.json").read_text())
    assert raw["cases"] == RECORDS
    assert raw["environment"] == ENVIRONMENT
    assert raw["settings"]["seed"] == 0


def test_report_answers_first_and_holds_the_numbers(tmp_path):
    text = write(tmp_path, RECORDS).read_text()
    answer = "DisK(20) decodes 10 Mpx in 240 ms: 7.0 times as fast as NeuralRTI(50) (1680 ms)."
    assert text.index(answer) < text.index("<h2>")
    assert "13.0 times for DisK(20)" in text
    for number in ("29.68", "1.60", "22.16", "Iris Plus 645", "31.2 dB", "Abacus 2000", RENDERER):
        assert number in text
    assert "disk has 512 x 512 pixels: larger crops repeat it" in text
    assert "<svg" in text


def test_report_needs_no_other_file_or_host(tmp_path):
    text = write(tmp_path, RECORDS).read_text()
    assert not re.search(r"<(script|link|iframe|img|object|embed)\b", text)
    assert not re.search(r"@import|url\((?!#)", text)
    assert not [link for link in re.findall(r'href="([^"]*)"', text) if not link.startswith("#")]
    assert not re.search(r"\bsrc=", text)


def test_figures_are_files_too(tmp_path):
    write(tmp_path, RECORDS)
    assert (tmp_path / "figure9.svg").read_text().count("<svg") == 1
    assert (tmp_path / "figure9.png").read_bytes().startswith(b"\x89PNG")
    assert not list(tmp_path.glob(".*"))


def test_a_failed_case_is_told_everywhere_and_the_rest_is_kept(tmp_path):
    failure = {
        "case": asdict(Case("neural", 1000, 1000)),
        "error": "The viewer failed: <no> memory.",
        "decode": None,
        "frames": None,
        "load": [0, 0],
        "wall_seconds": 1,
    }
    with pytest.raises(RakingError, match=r"1 of 6 cases failed.*<no> memory"):
        write(tmp_path, [*RECORDS, failure])
    row = rows(tmp_path)[-1]
    assert row["error"] == "The viewer failed: <no> memory."
    assert row["fps"] == row["ms_per_frame"] == ""
    text = (tmp_path / "report.html").read_text()
    assert "&lt;no&gt; memory" in text
    assert "<no>" not in text
    assert "DisK(20) decodes 10 Mpx in 240 ms" in text


def test_missing_repeats_are_told_and_missing_cells_are_an_error(tmp_path):
    cases = [Case(**record["case"]) for record in RECORDS]
    again = Case("disk", 5000, 2000, repeat=2)
    assert (
        "1 of 6 measurements were left out" in write(tmp_path, RECORDS, [*cases, again]).read_text()
    )
    other = Case("neural", 1000, 1000)
    with pytest.raises(RakingError, match="Only 5 of 6 cases"):
        write(tmp_path, [], [*cases, other])


def test_nothing_measured_still_gives_a_report(tmp_path):
    with pytest.raises(RakingError, match="Only 0 of 1"):
        write(tmp_path, [], [BIG])
    assert "Nothing could be measured" in (tmp_path / "report.html").read_text()
