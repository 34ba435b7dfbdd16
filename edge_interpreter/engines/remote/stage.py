"""One kind of engine as the cluster serves it: deadlines, the one retry, who is asked, outages."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.transport import (
    Failure,
    Transport,
    TransportError,
    Work,
)
from edge_interpreter.errors import EngineError, WorkRefusedError

log = logging.getLogger(__name__)

UNAVAILABLE = "cluster_unavailable"
LONGEST_S = 15.0
"""How long a request without a deadline may take."""
PROBE_EVERY_S = 1.0
PROBE_S = 2.0
SETTLE_S = 0.2
"""How long a front end may take to learn that a replica died."""


@dataclass(slots=True)
class Counts:
    """What became of requests; `refused` by reason, `own` those that own engines did instead."""

    asked: int = 0
    answered: int = 0
    retried: int = 0
    own: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    worked_ms: float = 0.0
    waited_ms: float = 0.0


class RemoteStage:
    """Asks the endpoints for one kind of work; safe to use from several threads.

    A request that is lost with its connection, node or replica is made once more, elsewhere where
    there is an elsewhere. When that fails too, nobody is asked until an endpoint answers again,
    which is looked for once a second. `answer_s` bounds a single try where there are own engines.
    """

    def __init__(
        self,
        name: str,
        endpoints: Sequence[str],
        transport: Transport,
        *,
        answer_s: float = LONGEST_S,
        clock: Callable[[], float] = time.monotonic,
        probe_every_s: float = PROBE_EVERY_S,
    ) -> None:
        self.name = name
        self.counts = Counts()
        self._endpoints = list(endpoints)
        self._transport = transport
        self._answer_s = answer_s
        self._clock = clock
        self._probe_every_s = probe_every_s
        self._lock = threading.Lock()
        self._down = False
        self._closed = threading.Event()

    @property
    def down(self) -> bool:
        """Whether nobody answered last time."""
        return self._down

    def ask(self, request: Work, deadline: float | None) -> Any:
        """The reply. Raises WorkRefusedError (too_late, queue_full, cluster_unavailable).

        Raises EngineError where the engine itself failed.
        """
        began = self._clock()
        with self._lock:
            self.counts.asked += 1
        if self._down:
            raise self._refuse(UNAVAILABLE)
        reply = self._twice(request, deadline)
        outcome: pb.Outcome = reply.outcome
        if outcome.refused:
            raise self._refuse(outcome.refused)
        if outcome.fault:
            raise EngineError(outcome.fault)
        with self._lock:
            self.counts.answered += 1
            self.counts.worked_ms += outcome.worked_ms
            self.counts.waited_ms += (self._clock() - began) * 1000
        return reply

    def describe(self) -> pb.DescribeReply | None:
        """What the cluster says of it, None when no endpoint answers. Raises EngineError."""
        for endpoint in list(self._endpoints):
            try:
                reply: pb.DescribeReply = self._transport.ask(
                    endpoint, self.name, pb.DescribeRequest(), PROBE_S
                )
            except TransportError as error:
                if error.failure is Failure.REFUSED:
                    raise EngineError(f"{endpoint}: the cluster's service is not there") from None
                continue
            if reply.outcome.refused:
                raise EngineError(
                    f"{endpoint} refuses this box ({reply.outcome.refused}): is cluster.token that "
                    f"of the nodes?"
                )
            return reply
        return None

    def lost(self) -> None:
        """Nobody answers: look for them from time to time and ask nobody meanwhile."""
        with self._lock:
            if self._down or self._closed.is_set():
                return
            self._down = True
        log.error("cluster: no endpoint answers for the %s", self.name)
        threading.Thread(target=self._look, name=f"cluster-{self.name}", daemon=True).start()

    def close(self) -> None:
        """Ask no more; calls under way fail."""
        self._closed.set()
        self._transport.close()

    def _twice(self, request: Work, deadline: float | None) -> Any:
        for last in (False, True):
            timeout_s, bounded = self._time_left(deadline)
            if timeout_s <= 0:
                raise self._refuse("too_late")
            # Clocks of machines differ: what travels is the time that is left.
            request.remaining_ms = max(1, int(timeout_s * 1000))
            endpoint = self._endpoints[0]
            try:
                return self._transport.ask(endpoint, self.name, request, timeout_s)
            except TransportError as error:
                log.warning(
                    "cluster: %s did not answer for the %s (%s)", endpoint, self.name, error
                )
                self._judge(error.failure, endpoint, bounded=bounded)
                died = error.failure is Failure.DIED
            if not last:
                with self._lock:
                    self.counts.retried += 1
                if died:
                    self._closed.wait(SETTLE_S)
        self.lost()
        raise self._refuse(UNAVAILABLE)

    def _judge(self, failure: Failure, endpoint: str, *, bounded: bool) -> None:
        """Raise, unless the request is worth another try."""
        if failure is Failure.FULL:
            raise self._refuse("queue_full")
        if failure is Failure.LATE and bounded:
            raise self._refuse("too_late")
        with self._lock:
            # Whoever failed is asked last.
            if len(self._endpoints) > 1 and self._endpoints[0] == endpoint:
                self._endpoints.append(self._endpoints.pop(0))
        if failure not in (Failure.LOST, Failure.DIED):
            self.lost()
            raise self._refuse(UNAVAILABLE)

    def _time_left(self, deadline: float | None) -> tuple[float, bool]:
        """Seconds for a try, and whether it is the deadline that bounds them."""
        longest = min(self._answer_s, LONGEST_S)
        if deadline is None:
            return longest, False
        left = deadline - self._clock()
        return min(left, longest), left <= longest

    def _refuse(self, reason: str) -> WorkRefusedError:
        with self._lock:
            self.counts.refused[reason] += 1
        return WorkRefusedError(f"the cluster did not do it: {reason}", reason)

    def _look(self) -> None:
        while not self._closed.wait(self._probe_every_s):
            try:
                found = self.describe()
            except EngineError:
                continue
            if found is not None:
                self._down = False
                log.warning("cluster: the %s answers again", self.name)
                return
