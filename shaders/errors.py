"""The one exception that reaches a user, and how its sentences quote what is not ours."""

LONGEST_QUOTED = 80
LONGEST = 280  # characters of a sentence, which stays under 300 with the command's name before it


class RakingError(Exception):
    """What is wrong, in which file, and what to do, as one sentence for the user.

    As text it is `printable`, whatever the names in it are.
    """

    def __str__(self) -> str:
        return printable(super().__str__())


def shortened(text: object, longest: int = LONGEST_QUOTED) -> str:
    """A name, path or line as a sentence quotes it: without its middle where it is long.

    Most of what is left is the end, where paths and names differ.
    """
    whole = str(text)
    if len(whole) <= longest:
        return whole
    head = longest // 3
    return f"{whole[:head]}...{whole[head + 3 - longest :]}"


def escaped(text: str) -> str:
    """With what cannot be seen as Python's strings have it: control characters, line ends, marks
    that turn the direction of writing, and lone surrogates."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable(text: str) -> str:
    """A sentence as one line without anything that steers a terminal, of 280 characters at most.

    What is too long loses its middle, long names before the sentence as a whole.
    """
    text = escaped(text)
    for longest in (LONGEST_QUOTED, LONGEST_QUOTED // 2):
        if len(text) > LONGEST:
            text = " ".join(shortened(word, longest) for word in text.split(" "))
    return shortened(text, LONGEST)
