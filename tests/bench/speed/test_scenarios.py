"""The matrix holds every demanded cell, in an order that is fair and repeatable."""

from itertools import pairwise, product

from bench.speed.scenarios import CROPS, Case, full_matrix, interleave, quick_matrix


def joined(rounds):
    return [case for cases in rounds for case in cases]


def test_full_matrix_holds_every_demanded_cell_once():
    cases = joined(full_matrix(["a", "b"], repeats=3))
    toggles = (False, True)
    baked = {
        Case(image, *crop, view, tiling, adaptive, "baked", repeat)
        for image, crop, view, tiling, adaptive, repeat in product(
            "ab", CROPS, ("whole", "window"), toggles, toggles, (1, 2, 3)
        )
    }
    looped = {
        Case(image, *crop, shader="looped", repeat=repeat)
        for image, crop, repeat in product("ab", ((1000, 1000), (2000, 1000)), (1, 2, 3))
    }
    assert set(cases) == baked | looped
    assert len(cases) == len(set(cases))


def test_crops_are_1_2_5_and_10_mpx():
    assert [width * height for width, height in CROPS] == [1e6, 2e6, 5e6, 10e6]
    assert CROPS[0] == (1000, 1000)
    assert CROPS[-1] == (5000, 2000)


def test_quick_matrix_compares_shaders_and_decoders_and_is_part_of_the_full_one():
    quick = joined(quick_matrix(["a", "b"], repeats=1))
    for image in "ab":
        assert Case(image, 1000, 1000, shader="looped") in quick
        assert Case(image, 1000, 1000) in quick
        assert {c.tiling for c in quick} == {c.adaptive for c in quick} == {False, True}
    assert set(quick) < set(joined(full_matrix(["a", "b"], repeats=1)))


def test_order_is_set_by_the_seed_and_interleaves_repeats_and_images():
    rounds = full_matrix(["a", "b"], repeats=3)
    ordered = interleave(rounds, seed=5)
    assert ordered == interleave(full_matrix(["a", "b"], 3), seed=5)
    assert ordered != interleave(rounds, seed=6)
    assert sorted(ordered, key=str) == sorted(joined(rounds), key=str)
    assert [case.repeat for case in ordered] == [1] * 68 + [2] * 68 + [3] * 68
    first, second = ([case.cell for case in ordered if case.repeat == repeat] for repeat in (1, 2))
    assert first != second
    changes = sum(a.image != b.image for a, b in pairwise(first))
    assert changes > len(first) // 4


def test_canvas_and_url_show_the_crop_at_one_to_one():
    whole = Case("a", 2500, 2000, "whole", tiling=True)
    window = Case("a", 5000, 2000, "window", adaptive=True, shader="baked")
    assert whole.canvas == (2500, 2000)
    assert window.canvas == (1920, 1080)
    parameters = window.url_parameters(target_fps=20)
    assert parameters["zoom"] == "1"
    assert parameters["center"] == "2500,1000"
    assert (parameters["tiling"], parameters["adaptive"]) == ("off", "on")
    assert parameters["target"] == "20"


def test_cell_joins_the_repeats_of_a_case_and_of_no_other():
    cases = joined(full_matrix(["a"], repeats=2))
    assert len({case.cell for case in cases}) == len(cases) // 2
    assert len({case.name for case in cases}) == len(cases)


def test_quick_order_begins_with_what_the_ratios_need():
    ordered = interleave(quick_matrix(["a", "b"], repeats=1), seed=0)
    first, second = ordered[:4], ordered[4:8]
    assert {(case.image, case.shader) for case in first} == {("a", "baked"), ("b", "baked")}
    assert {(case.image, case.shader) for case in second} == {("a", "looped"), ("b", "looped")}
    assert not any(case.tiling or case.adaptive for case in (*first, *second))
