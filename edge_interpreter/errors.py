"""Errors whose text is written for the person at the keyboard.

The command line prints them as one line and exits with code 2; no traceback.
"""


class UserError(Exception):
    """Something the user gave or has to do; the text says what is wrong and what to do."""


class EngineError(UserError):
    """An engine could not be loaded or could not answer; the text is fit to be shown."""


class WorkRefusedError(EngineError):
    """An engine is well and did not do a piece of work; `reason` is a short snake_case word."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


def reason_of(error: Exception) -> str:
    """What is told of work that was lost to `error`."""
    return error.reason if isinstance(error, WorkRefusedError) else "engine_failed"


class ModelMissingError(EngineError):
    """A model's files are not installed; the text names the model and the command to fetch it."""


class ModelDamagedError(EngineError):
    """An installed model is not what was installed; the text names the file and what to do."""
