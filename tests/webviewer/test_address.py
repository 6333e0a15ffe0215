"""What an address, or an element's attributes, may hold by mistake or by malice."""

import re

import pytest

from .hosts import copy_viewer, serve

STATUS = (
    "document.querySelector('raking-viewer').shadowRoot.querySelector('#message p').textContent"
)


def failure(page) -> str:
    """The one sentence that the page says when it does not open."""
    sentence = page.evaluate("raking.ready.then(() => null, error => error.message)")
    assert page.get_by_role("status").inner_text() == sentence
    assert len(sentence) < 300
    return sentence


@pytest.mark.parametrize("name", ["zom", "__proto__", "constructor", "<b>", "x" * 400])
def test_an_unknown_key_is_told_and_passed_over(open_viewer, small, relight, name) -> None:
    with open_viewer([small], **{name: "1"}) as page:
        page.get_by_text(f'The viewer knows no "{name[:40]}').wait_for()
        assert len(page.evaluate(STATUS)) < 300
        assert page.evaluate("raking.state()")["zoom"] is None


def test_marks_on_shared_links_are_not_told(open_viewer, small) -> None:
    with open_viewer([small], utm_source="letter", fbclid="x1") as page:
        assert page.evaluate(STATUS) == ""
    with open_viewer([small], utm_source="letter", utmost="1") as page:
        page.get_by_text('The viewer knows no "utmost":').wait_for()


def test_unknown_attributes_are_told_but_not_those_of_html(browser, small, tmp_path) -> None:
    copy_viewer(tmp_path / "viewer")
    (tmp_path / "small").symlink_to(small)
    (tmp_path / "index.html").write_text(
        '<!doctype html><script type="module" src="viewer/raking-viewer.js"></script>'
        '<raking-viewer src="small/" ligth="0,1"></raking-viewer>'
        '<raking-viewer src="small/" id="b" class="c" style="height: 90px" lang="en" title="t" '
        'tabindex="0" data-x="1" aria-label="coin" slot="s" itemprop="p"></raking-viewer>'
    )
    with serve(tmp_path) as address:
        page = browser.new_page()
        page.goto(address)
        elements = page.locator("raking-viewer")
        elements.first.get_by_text('The viewer knows no "ligth"').wait_for()
        page.evaluate("b.ready")
        assert elements.last.get_by_role("status").inner_text() == ""
        page.close()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patience", "1e300"),
        ("patience", "0"),
        ("memory", "-1"),
        ("memory", "1e300"),
        ("memory", "Infinity"),
        ("zoom", "1e300"),
        ("center", "1e300,0"),
        ("rotation", "1e300"),
        ("target", "1e9"),
        ("tiling", "constructor"),
        ("compare", "__proto__"),
        ("wheel", "toString"),
        ("light", "9" * 400),
    ],
)
def test_a_value_of_no_use_is_one_sentence(open_viewer, small, key, value) -> None:
    with open_viewer([small], ready=False, **{key: value}) as page:
        assert re.match(rf"The setting {key}=.* (must be|cannot be read)", failure(page))


def test_all_values_of_no_use_are_told_at_once(open_viewer, small) -> None:
    wrong = {"light": "up", "zoom": "x", "gamma": "0", "target": "-1"}
    with open_viewer([small], ready=False, **wrong) as page:
        told = page.evaluate("raking.ready.then(() => null, error => error.message)")
        named = re.findall(r"The setting (\w+)=", told)
        assert len(named) == 3
        assert set(named) < set(wrong)
        assert told.endswith("…")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("javascript:alert(1)", "cannot be opened"),
        ("data:text/html,<script>alert(1)</script>", "cannot be opened"),
        ("file:///etc/", "cannot be opened"),
        ("https://", "cannot be opened"),
        ("blob:x", "cannot be opened"),
        ("__proto__", "There is no relightable image at __proto__"),
        ("constructor", "There is no relightable image at constructor"),
        ("dropped:__proto__/x", "was opened from this computer"),
        ("dropped:0/" + "x" * 3000, "was opened from this computer"),
        ("a" * 3000, "There is no relightable image at aaa"),
        ("javascript:" + "a" * 3000, "cannot be opened"),
    ],
)
def test_an_address_that_is_none_is_one_sentence(open_viewer, small, address, sentence) -> None:
    with open_viewer([small], ready=False) as page:
        told = page.evaluate(
            "image => raking.ready.then(() => raking.setState({ image, show: 0 }))"
            ".catch(error => error.message)",
            address,
        )
        assert sentence in told
        assert len(told) < 300
        assert page.get_by_role("status").inner_text() == told


@pytest.mark.parametrize("more", ["?version=2", "#top", "?"])
def test_of_an_address_the_folder_counts(open_viewer, small, more) -> None:
    with open_viewer([small]) as page:
        page.evaluate("image => raking.setState({ image })", f"images/0/{more}")
        assert page.evaluate("raking.info()")["width"] == 64


def test_an_empty_image_is_none(open_viewer, small) -> None:
    with open_viewer([], ready=False, image="") as page:
        assert failure(page).startswith("No image was given")
    with open_viewer([small], image=" ") as page:
        assert page.evaluate("raking.state()")["image"] == ["images/0/"]


@pytest.mark.parametrize("name", ["__proto__", "constructor", "toString"])
def test_scripts_are_told_of_settings_that_are_none(open_viewer, small, name) -> None:
    with open_viewer([small]) as page:
        told = page.evaluate(
            'name => raking.setState(JSON.parse(`{"${name}": 1}`)).catch(error => error.message)',
            name,
        )
        assert told == f"The viewer knows no setting named {name}."


@pytest.mark.parametrize("show", ["4", "-1", "0.5"])
def test_of_images_that_there_are_the_first_is_offered(open_viewer, small, show) -> None:
    with open_viewer([small], ready=False, show=show) as page:
        assert f"no image number {show}" in failure(page)
        assert not page.get_by_role("button", name="Try again").is_visible()
        page.get_by_role("button", name="Show the first").click()
        page.get_by_text("no image number").wait_for(state="hidden")
        page.evaluate("document.querySelector('raking-viewer').viewer.whenComplete()")
        assert page.evaluate("raking.info()")["units"] == 8


def test_after_a_reload_the_pages_own_images_are_shown_in_place_of_dropped_ones(
    open_viewer, small, other
) -> None:
    with open_viewer([small, other], light="0.1,0.2") as page:
        page.evaluate(
            """async () => {
                const { registerDropped } = await import('/folders/files.js');
                const names = ['info.json', 'plane_0.png', 'plane_1.png', 'plane_2.png'];
                const files = await Promise.all(names.map(async name =>
                    [name, await (await fetch(`/images/1/${name}`)).blob()]));
                const dropped = registerDropped('my coin', new Map(files));
                const { image } = raking.state();
                await raking.setState({ image: [...image, dropped], show: 2, zoom: 3 });
            }"""
        )
        page.wait_for_url(lambda url: "dropped" in url)
        page.reload()
        page.evaluate("raking.ready")
        page.get_by_text("my coin had been opened from this computer").wait_for()
        state = page.evaluate("raking.state()")
        assert state["image"] == ["images/0/", "images/1/"]
        assert (state["show"], state["zoom"], state["light"]) == (0, None, [0.1, 0.2])
        assert page.evaluate("raking.info()")["units"] == 8
