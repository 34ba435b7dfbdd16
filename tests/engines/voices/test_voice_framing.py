import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.engines.voices.framing import (
    FramingError,
    Message,
    MessageReader,
    read_message,
)

messages = st.builds(
    lambda kind, speed, payload: Message({"type": kind, "speed": speed}, payload),
    st.text(max_size=8),
    st.floats(allow_nan=False),
    st.binary(max_size=50),
)


@given(st.lists(messages, max_size=5), st.lists(st.integers(1, 40), max_size=30))
def test_messages_survive_pieces_of_any_length(sent: list[Message], sizes: list[int]) -> None:
    data = b"".join(message.encode() for message in sent)
    reader, received = MessageReader(), []
    for size in [*sizes, len(data) + 1]:
        received += reader.feed(data[:size])
        data = data[size:]
    assert received == sent


@given(st.lists(messages, max_size=5))
def test_a_blocking_stream_gives_the_same(sent: list[Message]) -> None:
    stream = io.BytesIO(b"".join(message.encode() for message in sent))
    assert [read_message(stream) for _ in sent] == sent
    assert read_message(stream) is None


def test_what_goes_over_the_pipe() -> None:
    message = Message({"type": "audio", "rate": 16_000}, b"\x01\x00")
    line, payload = message.encode().split(b"\n")
    assert json.loads(line) == {"type": "audio", "rate": 16_000, "payload_length": 2}
    assert payload == b"\x01\x00"


@pytest.mark.parametrize(
    "data",
    [
        b"no json\n",
        b"[]\n",
        b"1\n",
        b"[" * 20_000 + b"\n",
        b'{"type":"audio","payload_length":-1}\n',
        b'{"type":"audio","payload_length":"2"}\n',
        b'{"type":"audio","payload_length":99999999999}\n',
        b"x" * 70_000,
    ],
)
def test_garbage_is_an_error_and_never_waited_for(data: bytes) -> None:
    with pytest.raises(FramingError):
        MessageReader().feed(data)


def test_a_stream_that_ends_in_a_message_is_at_its_end() -> None:
    data = Message({"type": "speak"}, b"hello").encode()
    assert read_message(io.BytesIO(data[:-1])) is None
