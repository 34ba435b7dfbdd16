"""Speech-to-speech interpretation on one box, with nothing leaving it."""

__version__ = "0.1.0"
