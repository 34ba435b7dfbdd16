"""Errors whose text is written for the person at the keyboard.

The command line prints them as one line and exits with code 2; no traceback.
"""


class UserError(Exception):
    """Something the user gave or has to do; the text says what is wrong and what to do."""


class EngineError(UserError):
    """An engine could not be loaded or could not answer; the text is fit to be shown."""


class ModelMissingError(EngineError):
    """A model's files are not installed; the text names the model and the command to fetch it."""


class ModelDamagedError(EngineError):
    """An installed model is not what was installed; the text names the file and what to do."""
