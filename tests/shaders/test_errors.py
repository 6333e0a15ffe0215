"""Sentences: one line, not too long, and nothing in them that a terminal would obey."""

import pytest

from shaders.errors import RakingError, escaped, printable, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Münze 文 é", "Münze 文 é"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("two\r\nlines\tand more", "two\\r\\nlines\\tand more"),
        ("\u202egnp.enalp\u2066", "\\u202egnp.enalp\\u2066"),
        ("a\u2028b\x85c\0", "a\\u2028b\\x85c\\x00"),
        ("\ud800 \udcff", "\\ud800 \\udcff"),
        ("[red]:smile:[/red] {x} %s", "[red]:smile:[/red] {x} %s"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert str(RakingError(f"{text} is damaged")) == f"{shown} is damaged"
    assert printable(printable(text)) == shown


@pytest.mark.parametrize("name", ["a" * 100_000, "/long/path" * 500, "\x1b" * 300, "w " * 4000])
def test_a_sentence_stays_short_and_keeps_its_ends(name: str) -> None:
    sentence = str(RakingError(f"the light file {name} is damaged; copy it again"))
    assert len(sentence) <= 280
    assert sentence.startswith("the light file ")
    assert sentence.endswith(" is damaged; copy it again")


def test_two_endless_names_leave_the_words_between_them() -> None:
    sentence = str(RakingError(f"{'a' * 5000} was not made from {'b' * 5000}; take another"))
    assert " was not made from " in sentence


@pytest.mark.parametrize("length", [79, 80, 81, 1000])
def test_shortened(length: int) -> None:
    text = "".join(chr(65 + i % 26) for i in range(length))
    found = shortened(text)
    assert len(found) == min(length, 80)
    assert found[:20] == text[:20]
    assert found[-40:] == text[-40:]
