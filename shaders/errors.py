"""The one exception that reaches a user."""


class RakingError(Exception):
    """What is wrong, in which file, and what to do, as one sentence for the user."""
