"""One kind of engine as the cluster serves it: deadlines, the one retry, who is asked, outages."""

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.transport import (
    Failure,
    Request,
    Transport,
    TransportError,
    Work,
)
from edge_interpreter.errors import EngineError, WorkRefusedError

log = logging.getLogger(__name__)

UNAVAILABLE = "cluster_unavailable"
NOT_ALLOWED = "not_allowed"
OVERLOAD = ("too_late", "queue_full")
"""Refusals that are no outage; whoever is turned away for another reason has to look elsewhere."""
LONGEST_S = 15.0
"""How long a request without a deadline may take."""
FIRST_TRY_S = 1.5
"""A first try has so long in any case: asking twice as often helps no node that is slow."""
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
    there is an elsewhere. So is, but nowhere else, one that was turned away or got no answer within
    half of its time. When that fails too, nobody is asked until an endpoint answers again, which is
    looked for once a second. `answer_s` bounds a single try where there are own engines.
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
        reply = self._try(request, deadline)
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
        """What the cluster says of it, None when no endpoint answers.

        Raises EngineError where those that answer turn this box away.
        """
        wrong = ""
        for endpoint in list(self._endpoints):
            try:
                reply: pb.DescribeReply = self._ask(endpoint, pb.DescribeRequest(), PROBE_S)
            except TransportError as error:
                self._ask_last(endpoint)
                if error.failure is Failure.REFUSED:
                    wrong = (
                        f"{endpoint} turns this box away ({error}): is it a node's, and is "
                        f"cluster.token that of the nodes?"
                    )
                continue
            return reply
        if wrong:
            raise EngineError(wrong)
        return None

    def lost(self) -> None:
        """Nobody answers: look for them from time to time and ask nobody meanwhile."""
        with self._lock:
            if self._down or self._closed.is_set():
                return
            self._down = True
        log.error("cluster: no endpoint answers for the %s", self.name)
        threading.Thread(target=self._look, name=f"cluster-{self.name}", daemon=True).start()

    def leave_to_own(self, deadline: float | None) -> None:
        """Count that an own engine does it; raises WorkRefusedError where it is too late for it."""
        if deadline is not None and deadline <= self._clock():
            raise self._refuse("too_late")
        with self._lock:
            self.counts.own += 1

    def close(self) -> None:
        """Ask no more; calls under way fail."""
        self._closed.set()
        self._transport.close()

    def _ask(self, endpoint: str, request: Request, timeout_s: float) -> Any:
        """The reply; raises TransportError, also where the reply turns this box away."""
        reply = self._transport.ask(endpoint, self.name, request, timeout_s)
        refused = reply.outcome.refused
        if refused and refused not in OVERLOAD:
            detail = "token refused" if refused == NOT_ALLOWED else refused
            raise TransportError(Failure.REFUSED, detail)
        return reply

    def _try(self, request: Work, deadline: float | None, *, last: bool = False) -> Any:
        timeout_s, bounded = self._time_left(deadline, last=last)
        if timeout_s <= 0:
            raise self._refuse("too_late")
        # Clocks of machines differ: what travels is the time that is left.
        request.remaining_ms = max(1, int(timeout_s * 1000))
        endpoint = self._endpoints[0]
        try:
            return self._ask(endpoint, request, timeout_s)
        except TransportError as error:
            log.warning("cluster: %s did not answer for the %s (%s)", endpoint, self.name, error)
            failure = error.failure
        if failure is Failure.FULL:
            raise self._refuse("queue_full")
        self._ask_last(endpoint)
        too_late = failure is Failure.LATE and bounded
        if not last and not too_late and self._worth_another(failure):
            return self._try(request, deadline, last=True)
        if last or not too_late:
            self.lost()
        raise self._refuse("too_late" if too_late else UNAVAILABLE)

    def _worth_another(self, failure: Failure) -> bool:
        """Whether a request that failed so is made once more, after what that has to wait for."""
        if failure in (Failure.LATE, Failure.REFUSED) and len(self._endpoints) == 1:
            return False
        with self._lock:
            self.counts.retried += 1
        if failure is Failure.DIED:
            self._closed.wait(SETTLE_S)
        return True

    def _ask_last(self, endpoint: str) -> None:
        """Whoever failed is asked last."""
        with self._lock:
            if self._endpoints[0] == endpoint:
                self._endpoints.append(self._endpoints.pop(0))

    def _time_left(self, deadline: float | None, *, last: bool) -> tuple[float, bool]:
        """Seconds for a try, and whether all the time that is left is in it."""
        left = math.inf if deadline is None else deadline - self._clock()
        longest = min(self._answer_s, LONGEST_S)
        if not last and len(self._endpoints) > 1:
            longest = min(longest, max(FIRST_TRY_S, left / 2))
        return min(left, longest), left <= longest

    def _refuse(self, reason: str) -> WorkRefusedError:
        with self._lock:
            self.counts.refused[reason] += 1
        return WorkRefusedError(f"the cluster did not do it: {reason}", reason)

    def _look(self) -> None:
        said = ""
        while not self._closed.wait(self._probe_every_s):
            try:
                found = self.describe()
            except EngineError as error:
                if str(error) != said:
                    said = str(error)
                    log.error("cluster: the %s is not to be had: %s", self.name, said)
                continue
            if found is not None:
                self._down = False
                log.warning("cluster: the %s answers again", self.name)
                return
