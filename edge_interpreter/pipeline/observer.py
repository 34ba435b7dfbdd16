"""Who watches a pipeline at work, for figures and logs."""

from typing import Protocol

from edge_interpreter.pipeline.events import Event


class Observer(Protocol):
    """Is told what happens in a pipeline; must be quick and must not raise."""

    def happened(self, event: Event) -> None:
        """What a stream tells its listeners; on the event loop."""
        ...

    def worked(self, role: str, seconds: float, first_s: float) -> None:
        """An engine was busy for `seconds`, the first `first_s` until something came of it.

        On the engine's thread.
        """
        ...

    def failed(self, role: str) -> None:
        """An engine could not do what it was asked; on the engine's thread."""
        ...


class Nobody:
    """Watches nothing."""

    def happened(self, event: Event) -> None:
        """See `Observer.happened`."""

    def worked(self, role: str, seconds: float, first_s: float) -> None:
        """See `Observer.worked`."""

    def failed(self, role: str) -> None:
        """See `Observer.failed`."""
