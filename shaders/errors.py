"""The one exception that reaches a user, and how its sentences quote what is not ours."""

LONGEST_QUOTED = 80


class RakingError(Exception):
    """What is wrong, in which file, and what to do, as one sentence for the user."""


def shortened(text: object, longest: int = LONGEST_QUOTED) -> str:
    """A name, path or line as a sentence quotes it: without its middle where it is long.

    Most of what is left is the end, where paths and names differ.
    """
    whole = str(text)
    if len(whole) <= longest:
        return whole
    head = longest // 3
    return f"{whole[:head]}...{whole[head + 3 - longest :]}"
