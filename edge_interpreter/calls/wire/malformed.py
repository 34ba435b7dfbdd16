"""The one error of all wire formats."""


class Malformed(ValueError):  # noqa: N818 - reads as what the input is
    """The input is not what the format says; the text names the format and the fault.

    It never quotes the input, which may hold what somebody said or typed.
    """
