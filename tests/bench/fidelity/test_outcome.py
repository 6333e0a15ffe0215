"""Tables and files of a run whose numbers are known, and of one that was really made."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.fidelity.fits import FidelityJournal, Fit
from bench.fidelity.items import Item
from bench.fidelity.outcome import write_results

from .conftest import REAL, SINGLE, rows

MACHINE = {
    "cpu": "Abacus 2000",
    "cores": 2,
    "device": None,
    "system": "Linux",
    "python": "3.11",
    "packages": {"raking": "0.1"},
    "commit": "abcdef123456",
}
SETTINGS = {
    "benchmark": "/data",
    "minutes": 1.0,
    "steps": None,
    "seed": 0,
    "pixels": 1.0,
    "sampling": None,
}
MARKUP = "<script>alert(1)</script>|*x*"
LIGHTS = {20: (0.939693, 0.0, 0.342020), 60: (0.0, 0.5, 0.866025)}  # by elevation
# PSNR under the light at 20 and at 60 degrees, by item and model.
PSNR = {
    ("item1", "hsh3"): (29.0, 31.0),
    ("item1", "neural20"): (29.5, 30.5),
    ("item1", "neural50"): (32.0, 34.0),
    ("item1", "disk20"): (31.0, 34.0),
    (MARKUP, "hsh3"): (24.0, 27.0),
    (MARKUP, "neural20"): (23.0, 25.0),
    (MARKUP, "neural50"): (27.0, 29.0),
    (MARKUP, "disk20"): (26.0, 30.0),
}
B = {"item1": 32.0, MARKUP: 29.0}


def record(fit: Fit, **found: Any) -> dict[str, Any]:
    made_by = {key: MACHINE[key] for key in ("cpu", "cores", "device", "commit")}
    return {"case": asdict(fit), "error": None, "wall_seconds": 60.0, "made_by": made_by, **found}


def entries(values: tuple[float, float]) -> list[dict[str, Any]]:
    pairs = zip(LIGHTS.items(), values, strict=True)
    return [
        {"name": f"at{degrees}.jpg", "light": light, "psnr": psnr, "ssim": psnr / 40}
        for (degrees, light), psnr in pairs
    ]


def model_record(fit: Fit, psnr: tuple[float, float], **found: Any) -> dict[str, Any]:
    per_image = entries(psnr)
    mean = sum(psnr) / 2
    scores = {"psnr": mean, "ssim": mean / 40, "delta_e": 3.0, "flip": None, "lpips": None}
    absent = {"lpips_absent": "LPIPS was not measured: its weights are elsewhere"}
    smoothness = {"smoothness": 0.3, "smoothness_ratio": 1.5, "straying": 2, "straying_ratio": 0.8}
    return record(
        fit,
        scores={**scores, **smoothness, **absent, "per_image": per_image},
        psnr_float=mean + 0.04 if fit.column == "disk20" else None,
        seconds=90.0 if fit.column == "neural50" else 30.0,
        steps=None,
        parameters=None if fit.column == "hsh3" else 723,
        multiply_adds=48 if fit.column == "hsh3" else 640,
        warnings=[],
        **found,
    )


def anchor_record(fit: Fit) -> dict[str, Any]:
    b = B[fit.item]
    held_out = [{"name": e["name"], "light": e["light"]} for e in entries((0, 0))]
    anchors = {"psnr": {"PTM": 20.0, "HSH 3": b}, "per_image": {}, "best": "HSH 3", "b": b}
    facts = {"width": 320, "height": 240, "lights": 45, "held_out_by": "rule", "warnings": []}
    return record(fit, **facts, held_out=held_out, anchors=anchors)


def write(out: Path, extra: tuple[dict[str, Any], ...] = ()) -> str:
    """Writes all results and returns the page."""
    out.mkdir(exist_ok=True)
    items = [Item(name, Path("/data") / name, "realrti", None, "0") for name in B]
    journal = FidelityJournal(out, SETTINGS, MACHINE, fresh=False)
    for name in B:
        journal.append(anchor_record(Fit(name, "0", "anchors")))
    for (name, column), psnr in PSNR.items():
        journal.append(model_record(Fit(name, "0", column), psnr))
    for more in extra:
        journal.append(more)
    return write_results(out, journal, items).read_text()


def tables(out: Path) -> dict[str, list[dict[str, str]]]:
    """The Markdown tables by title, each a list of rows by column."""
    found: dict[str, list[dict[str, str]]] = {}
    title, head = "", None
    for line in (out / "tables.md").read_text().splitlines():
        if line.startswith("## "):
            title, head = line[3:], None
        elif line.startswith("| "):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if head is None:
                head = cells
            elif not cells[0].startswith("---"):
                found.setdefault(title, []).append(dict(zip(head, cells, strict=True)))
    return found


def named(table: list[dict[str, str]], name: str) -> dict[str, str]:
    return next(row for row in table if next(iter(row.values())) == name)


QUALITY = "RealRTI, PSNR / SSIM, classical models and the original encoder"


def test_items_means_intervals_and_published_averages(tmp_path: Path) -> None:
    write(tmp_path)
    table = tables(tmp_path)[QUALITY]
    assert list(table[0]) == ["item", "HSH 3", "NeuralRTI(50)", "NeuralRTI(20)", "DisK(20)"]
    assert named(table, "item1")["DisK(20)"] == "32.50/0.812"
    assert named(table, "mean of 2")["DisK(20)"] == "30.25/0.756"
    # Student's t for two values: 12.706 times half their difference.
    assert named(table, "± (95 %)")["DisK(20)"].split("/")[0] == f"{12.7062 * 4.5 / 2:.2f}"
    published = named(table, "published average")
    assert (published["HSH 3"], published["DisK(20)"]) == ("30.77/0.88", "30.46/0.88")


def test_models_against_the_anchor(tmp_path: Path) -> None:
    page = write(tmp_path)
    table = tables(tmp_path)["Against the anchors, PSNR"]
    row = named(table, "item1")
    assert (row["PTM"], row["HSH 2"], row["HSH 3"], row["B"]) == ("20.00", "-", "32.00", "32.00")
    assert row["DisK(20)"] == "32.50 (+0.50)"
    assert named(table, "mean of RealRTI")["DisK(20)"].startswith("30.25 (-0.25 ±")
    assert "DisK(20) reaches 30.25 dB on 2 RealRTI items: -0.25" in page


def test_distillation_costs_and_elevations(tmp_path: Path) -> None:
    write(tmp_path)
    found = tables(tmp_path)
    gain = found["What distillation gains"][0]
    assert gain[""] == "DisK(20) over NeuralRTI(20)"
    assert gain["PSNR gained, dB"].startswith("+3.25 ±")  # 2.5 and 4
    assert (gain["items"], gain["direct, s"]) == ("2 of 2", "30.0")
    assert (gain["student, s"], gain["with teacher, s"]) == ("30.0", "120.0")
    cost = named(found["Costs: storage, smoothness, time"], "DisK(20)")
    assert cost["8 bits cost, dB"] == "+0.040 (+0.040)"
    assert (cost["unsteadiness"], cost["straying"]) == ("1.50 (1.50)", "0.80 (0.80)")
    heights = named(found["By elevation of the light, PSNR"], "DisK(20)")
    assert (heights["0 to 30°"], heights["30 to 50°"], heights["50 to 70°"]) == (
        *("28.50", "-", "32.00"),
    )


def test_absent_lpips_is_said_once(tmp_path: Path) -> None:
    page = write(tmp_path)
    table = tables(tmp_path)["RealRTI, Delta E (CIEDE2000)"]
    assert named(table, "item1")["DisK(20)"] == "3.00"
    assert named(table, "published LPIPS / Delta E")["DisK(20)"] == "0.088/3.59"
    assert page.count("LPIPS was not measured: its weights are elsewhere") == 1


def test_measured_lpips_stands_before_delta_e(tmp_path: Path) -> None:
    fit = Fit("item1", "0", "disk20")
    again = model_record(fit, PSNR["item1", "disk20"])
    again["scores"] |= {"lpips": 0.0876, "flip": 0.05}
    page = write(tmp_path, (again,))
    table = tables(tmp_path)["RealRTI, LPIPS / Delta E (CIEDE2000)"]
    assert named(table, "item1")["DisK(20)"] == "0.088/3.00"
    assert named(table, "FLIP, mean of 2")["DisK(20)"] == "0.050 (1 of 2)"
    assert "LPIPS was not measured" not in page


def test_parts_of_the_pixels_after_table_10(tmp_path: Path) -> None:
    parts = [("6.25 informed", 32.0), ("1.5625 uniform", 28.0)]
    extra = [
        model_record(Fit("item1", "0", column, subset), (psnr, psnr))
        for subset, psnr in parts
        for column in ("neural50", "disk20")
    ]
    write(tmp_path, tuple(extra))
    table = tables(tmp_path)["RealRTI, training on a part of the pixels, PSNR"]
    shown = [(row["pixels"], row["sampling"], row["DisK(20)"]) for row in table]
    assert shown[:3] == [
        ("1.5625 %", "uniform", "28.00 (2.0 min)"),
        ("6.25 %", "informed", "32.00 (2.0 min)"),
        ("100 %", "all", "30.25 (2.0 min)"),
    ]
    assert ("6.25 %", "published", "35.70 (45 min)") in shown
    assert named(tables(tmp_path)[QUALITY], "item1")["DisK(20)"] == "32.50/0.812"


def test_names_with_markup_are_shown_as_they_are(tmp_path: Path) -> None:
    failed = record(Fit(MARKUP, "0", "ptm")) | {"error": "<img src=x onerror=alert(2)>"}
    page = write(tmp_path, (failed,))
    text = (tmp_path / "tables.md").read_text()
    for danger in ("<script>", "<img src"):
        assert danger not in page
        assert danger not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;|*x*" in page
    assert r"&lt;script&gt;alert(1)&lt;/script&gt;\|\*x\*" in text


def test_held_out_lights_settings_and_machine_are_stated(tmp_path: Path) -> None:
    page = write(tmp_path)
    row = named(tables(tmp_path)["Items and their held-out lights"], "item1")
    assert (row["pixels"], row["training lights"]) == ("320 x 240", "45")
    assert row["held out by"] == "rule"
    assert row["held-out lights"] == (
        "at20.jpg (0.940, 0.000, 0.342; 20°); at60.jpg (0.000, 0.500, 0.866; 60°)"
    )
    for fact in ("Abacus 2000", "abcdef123456", "1 minutes", "held_out_by_rule"):
        assert fact in page


def test_results_of_several_machines_are_a_warning(tmp_path: Path) -> None:
    other = model_record(Fit("item1", "0", "ptm"), (20.0, 22.0))
    other["made_by"] = {**other["made_by"], "commit": "fedcba654321"}
    assert "several versions" not in write(tmp_path / "one")
    assert "several versions" in write(tmp_path / "two", (other,))


def test_nothing_measured_still_gives_a_report(tmp_path: Path) -> None:
    journal = FidelityJournal(tmp_path, SETTINGS, MACHINE, fresh=False)
    items = [Item("item1", Path("/data/item1"), "realrti", None, "0")]
    failed = record(Fit("item1", "0", "anchors")) | {"error": "it is damaged"}
    journal.append(failed)
    page = write_results(tmp_path, journal, items).read_text()
    assert "Nothing has been measured yet." in page
    assert "Not measured: item1: it is damaged" in page


def test_the_tables_of_a_real_run_say_what_its_csv_says(finished: Path) -> None:
    """Recomputed from scores.csv by photographs, with numpy alone."""
    per_image = rows(finished / "scores.csv")
    found = tables(finished)
    anchors = found["Against the anchors, PSNR"]
    for item, title in ((SINGLE, "SynthRTI single"), (REAL, "RealRTI")):
        shown = "RealRTI/item&lt;i&gt;7" if item == REAL else item
        own = [row for row in per_image if row["item"] == item]

        def mean(model: str, key: str, own: list[dict[str, str]] = own) -> float:
            return float(np.mean([float(row[key]) for row in own if row["model"] == model]))

        quality = named(
            found[f"{title}, PSNR / SSIM, classical models and the original encoder"], shown
        )
        floats = [model for model in {row["model"] for row in own} if "(float)" in model]
        b = max(mean(model, "psnr") for model in floats)
        for model, name in (("ptm", "PTM"), ("neural50", "NeuralRTI(50)"), ("disk20", "DisK(20)")):
            psnr, ssim = map(float, quality[name].split("/"))
            assert psnr == pytest.approx(mean(model, "psnr"), abs=0.0051)
            assert ssim == pytest.approx(mean(model, "ssim"), abs=0.00051)
        against = named(anchors, shown)
        assert float(against["B"]) == pytest.approx(b, abs=0.0051)
        over = float(re.findall(r"\((.*)\)", against["DisK(20)"])[0])
        assert over == pytest.approx(mean("disk20", "psnr") - b, abs=0.0051)


def test_the_summary_averages_the_scores(finished: Path) -> None:
    per_image = rows(finished / "scores.csv")
    for row in rows(finished / "summary.csv"):
        own = [
            float(entry["psnr"])
            for entry in per_image
            if entry["model"] == row["model"] and entry["group"] == row["group"]
        ]
        assert float(row["psnr"]) == pytest.approx(np.mean(own), abs=1e-4)
        assert float(row["psnr"]) - float(row["b"]) == pytest.approx(
            float(row["psnr_over_b"]), abs=1e-4
        )


def test_the_figure_is_in_the_page(finished: Path) -> None:
    page = (finished / "report.html").read_text()
    assert "<svg" in page
    assert (finished / "figure2.png").read_bytes().startswith(b"\x89PNG")
    assert "![Figure 2](figure2.png)" in (finished / "tables.md").read_text()
