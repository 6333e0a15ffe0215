"""The one exception that reaches a user, and how what stands in files becomes fit to print."""

import re

LONGEST = 280  # characters of a sentence, which stays under 300 with the command's name before it
LONGEST_WORD = 100


class RakingError(Exception):
    """What is wrong, in which file, and what to do, as one sentence for the user.

    As text it is `printable`, whatever the names in it are.
    """

    def __str__(self) -> str:
        return printable(super().__str__())


def printable(text: str) -> str:
    """A sentence as one line without anything that steers a terminal, of 280 characters at most.

    What is too long loses its middle, endless names before the sentence as a whole.
    """
    if len(text) > LONGEST:
        text = re.sub(r"\S+", lambda word: shortened(word[0], LONGEST_WORD), text)
    return shortened(escaped(text), LONGEST)


def escaped(text: str) -> str:
    """With what cannot be seen as Python's strings have it: control characters, line ends, marks
    that turn the direction of writing, and lone surrogates."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str, longest: int) -> str:
    """With three dots for its middle where it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    half = (longest - 3) // 2
    return f"{text[: longest - 3 - half]}...{text[-half:]}"
