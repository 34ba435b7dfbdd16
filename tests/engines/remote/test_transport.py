"""Endpoints that say nothing, over real sockets."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from edge_interpreter.engines.remote import inference_pb2 as pb
from edge_interpreter.engines.remote.stage import RemoteStage
from edge_interpreter.engines.remote.transport import Failure, GrpcTransport, TransportError

from .fakes import known, reply

grpc = pytest.importorskip("grpc", reason="grpcio is not installed")
LONG_S = 60


class Node:
    """Answers whatever it is asked, unless it is told to wait."""

    def __init__(self) -> None:
        self.waits = threading.Event()
        self.go_on = threading.Event()

    def Recognise(self, request: Any, _context: Any) -> Any:  # noqa: N802 - as in inference.proto
        if self.waits.is_set():
            self.go_on.wait(LONG_S)
        return reply(request, pb.Outcome())

    Translate = Synthesise = Recognise

    def Describe(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        return known()


class Cable:
    """Carries what is said to a node and back until it is cut, which no end is told."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cut = threading.Event()
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._cut.set()

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                self._ends.append(near)
                if self._cut.is_set():
                    continue
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends.append(far)
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while said := source.recv(65_536):
                if not self._cut.is_set():
                    to.sendall(said)


@pytest.fixture
def node() -> Iterator[tuple[Node, int]]:
    from edge_interpreter.cluster.service import add_to_server

    server = grpc.server(ThreadPoolExecutor(4))
    servicer = Node()
    add_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, port
    servicer.go_on.set()
    server.stop(0).wait()


@pytest.fixture
def transport() -> Iterator[GrpcTransport]:
    made = GrpcTransport("token")
    yield made
    made.close()


@pytest.fixture
def black_hole() -> Iterator[str]:
    """Accepts connections, as its kernel does, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def utterance() -> pb.RecogniseRequest:
    return pb.RecogniseRequest(utterances=[pb.Utterance()])


def test_an_endpoint_that_accepts_and_never_answers_is_lost(
    transport: GrpcTransport, black_hole: str
) -> None:
    with pytest.raises(TransportError) as failure:
        transport.ask(black_hole, "recogniser", utterance(), LONG_S)
    assert failure.value.failure is Failure.LOST


def test_the_others_are_asked_then(
    transport: GrpcTransport, black_hole: str, node: tuple[Node, int]
) -> None:
    stage = RemoteStage("recogniser", [black_hole, f"127.0.0.1:{node[1]}"], transport)
    for _ in range(3):
        assert stage.ask(utterance(), None).heard[0].text == "from the cluster"
    assert stage.counts.retried == 1
    assert not stage.down


def test_a_cable_that_is_cut_during_a_request_loses_it(
    transport: GrpcTransport, node: tuple[Node, int]
) -> None:
    servicer, port = node
    cable = Cable(port)
    assert transport.ask(cable.endpoint, "recogniser", utterance(), LONG_S)
    servicer.waits.set()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(transport.ask, cable.endpoint, "recogniser", utterance(), LONG_S)
        cable.cut()
        with pytest.raises(TransportError) as failure:
            asked.result(LONG_S)
    cable.close()
    assert failure.value.failure is Failure.LOST
