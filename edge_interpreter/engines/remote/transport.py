"""Carries one request to one endpoint: gRPC without encryption, with a token."""

import os
import threading
from enum import StrEnum
from typing import Any, Protocol

from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.errors import EngineError

CONNECT_MS = 2_000
"""A connection that is not made by then will not be: a machine without power refuses nothing."""
SILENCE_MS = 2_000
"""After so long without a sign of a node that has work it is asked for one, for as long again."""
SERVICE = "edge_interpreter.inference.v1.Inference"
MOST_BYTES = 64 << 20

Work = pb.RecogniseRequest | pb.TranslateRequest | pb.SynthesiseRequest
Request = Work | pb.DescribeRequest
REPLIES: dict[type[Any], tuple[str, type[Any]]] = {
    pb.RecogniseRequest: ("Recognise", pb.RecogniseReply),
    pb.TranslateRequest: ("Translate", pb.TranslateReply),
    pb.SynthesiseRequest: ("Synthesise", pb.SynthesiseReply),
    pb.DescribeRequest: ("Describe", pb.DescribeReply),
}


class Failure(StrEnum):
    """Why no answer came.

    `LOST`: no connection, the request may be made again. `DIED`: so may this one, whose replica or
    node went while it had it. `FULL`: the queue was.
    `LATE`: not within the time given. `REFUSED`: turned away, as for a wrong token.
    """

    LOST = "lost"
    DIED = "died"
    FULL = "full"
    LATE = "late"
    REFUSED = "refused"


class TransportError(Exception):
    """No answer came."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"{failure}: {detail}" if detail else failure)
        self.failure = failure


class Transport(Protocol):
    """Asks an endpoint."""

    def ask(self, endpoint: str, stage: str, request: Request, timeout_s: float) -> Any:
        """The reply to a request, of the type that belongs to it. Raises TransportError."""
        ...

    def close(self) -> None:
        """Let go of the connections; calls under way fail."""
        ...


class GrpcTransport:
    """One connection to each endpoint, for all threads."""

    def __init__(self, token: str) -> None:
        # The voices are started by fork and exec, which gRPC would comment on.
        os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
        try:
            import grpc
        except ImportError:
            raise EngineError(
                "[cluster] endpoints need the package grpcio, which is not installed; "
                'run: pip install "edge-interpreter[remote]"'
            ) from None
        self._grpc = grpc
        self._failures = {
            grpc.StatusCode.RESOURCE_EXHAUSTED: Failure.FULL,
            grpc.StatusCode.DEADLINE_EXCEEDED: Failure.LATE,
            grpc.StatusCode.UNAUTHENTICATED: Failure.REFUSED,
            grpc.StatusCode.UNIMPLEMENTED: Failure.REFUSED,
            grpc.StatusCode.INTERNAL: Failure.DIED,
        }
        self._token = token
        self._lock = threading.Lock()
        self._channels: dict[str, Any] = {}

    def ask(self, endpoint: str, stage: str, request: Request, timeout_s: float) -> Any:
        """See `Transport.ask`."""
        name, reply = REPLIES[type(request)]
        method = self._channel(endpoint).unary_unary(
            f"/{SERVICE}/{name}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=reply.FromString,
        )
        metadata = (("application", stage), ("authorization", f"Bearer {self._token}"))
        try:
            return method(request, timeout=timeout_s, metadata=metadata)
        except self._grpc.RpcError as error:
            code = error.code()
            raise TransportError(self._failures.get(code, Failure.LOST), code.name) from None
        except ValueError:  # the channel was closed meanwhile
            raise TransportError(Failure.LOST, "closed") from None

    def close(self) -> None:
        """See `Transport.close`."""
        with self._lock:
            for channel in self._channels.values():
                channel.close()
            self._channels.clear()

    def _channel(self, endpoint: str) -> Any:
        with self._lock:
            if endpoint not in self._channels:
                self._channels[endpoint] = self._grpc.insecure_channel(
                    endpoint,
                    options=(
                        # A proxy of the environment would carry speech out of the house.
                        ("grpc.enable_http_proxy", 0),
                        ("grpc.initial_reconnect_backoff_ms", 100),
                        # The time for making one connection, whatever the name says.
                        ("grpc.min_reconnect_backoff_ms", CONNECT_MS),
                        # A server hangs up on who pings it much more often.
                        ("grpc.keepalive_time_ms", SILENCE_MS),
                        ("grpc.keepalive_timeout_ms", SILENCE_MS),
                        ("grpc.http2.ping_timeout_ms", SILENCE_MS),
                        ("grpc.max_reconnect_backoff_ms", 1_000),
                        ("grpc.max_send_message_length", MOST_BYTES),
                        ("grpc.max_receive_message_length", MOST_BYTES),
                    ),
                )
            return self._channels[endpoint]
