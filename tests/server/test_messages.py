import contextlib
import dataclasses
import json
import types
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_interpreter.server.messages import (
    CLIENT_MESSAGES,
    CLOSE_CODES,
    SERVER_MESSAGES,
    Hello,
    ProtocolError,
    Settings,
    check_audio,
    encode,
    parse,
    parse_server,
)


def example(annotation: Any, name: str) -> Any:
    """A valid value for a field, made from its type alone."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return example(arguments[0], name)
    if origin is typing.Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return example(arguments[0], name)
    if origin is tuple:
        return (example(arguments[0], name),)
    if origin is dict:
        return {"fr": example(arguments[1], name)}
    if dataclasses.is_dataclass(annotation):
        return build(typing.cast("type[Any]", annotation))
    values: dict[Any, Any] = {str: "main", bool: True, int: 16_000, float: 0.5}
    return "fr" if name in ("speaks", "wants", "language") else values[annotation]


def build(kind: type[Any]) -> Any:
    hints = typing.get_type_hints(kind, include_extras=True)
    names = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: example(hints[name], name) for name in names if name != "type"})


@pytest.mark.parametrize("kind", CLIENT_MESSAGES, ids=lambda kind: kind.__name__)
def test_client_messages_survive_the_wire(kind: type[Any]) -> None:
    message = build(kind)
    assert parse(encode(message)) == message
    assert parse(encode(message).encode()) == message


@pytest.mark.parametrize("kind", SERVER_MESSAGES, ids=lambda kind: kind.__name__)
def test_server_messages_survive_the_wire(kind: type[Any]) -> None:
    message = build(kind)
    assert parse_server(encode(message)) == message


@pytest.mark.parametrize("kind", CLIENT_MESSAGES + SERVER_MESSAGES, ids=lambda kind: kind.__name__)
def test_type_is_first_and_named_after_the_class(kind: type[Any]) -> None:
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")
    assert next(iter(json.loads(encode(build(kind))).items())) == ("type", name)


@pytest.mark.parametrize("kind", CLIENT_MESSAGES + SERVER_MESSAGES, ids=lambda kind: kind.__name__)
def test_the_document_names_every_message_and_field(
    kind: type[Any], protocol_document: str
) -> None:
    for field in dataclasses.fields(kind):
        assert f"`{field.name}`" in protocol_document or f'"{field.name}"' in protocol_document
    name = kind.__dataclass_fields__["type"].default
    assert name in protocol_document


def test_the_document_lists_every_error_with_its_close_code(protocol_document: str) -> None:
    for code, close_code in CLOSE_CODES.items():
        row = next(
            line
            for line in protocol_document.splitlines()
            if line.startswith(f"| `{code}`")
            or (line.startswith("| `") and f"`{code}`" in line.split("|")[1])
        )
        assert f"| {close_code} |" in row


@pytest.fixture
def protocol_document(pytestconfig: pytest.Config) -> str:
    return (pytestconfig.rootpath / "docs/protocol.md").read_text("utf-8")


HELLO = '{"type":"hello","protocol":1,"room":"main"'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_message"),
        ("{", "bad_message"),
        ("[]", "bad_message"),
        ("null", "bad_message"),
        ('"hello"', "bad_message"),
        ("{}", "bad_message"),
        ('{"type":1}', "bad_message"),
        ('{"type":"welcome"}', "bad_message"),
        ('{"type":"talk"}', "bad_message"),
        ('{"type":"talk","on":1}', "bad_message"),
        ('{"type":"ping","id":true}', "bad_message"),
        ('{"type":"ping","id":-1}', "bad_message"),
        (HELLO + ',"want":"fr"}', "bad_message"),
        (HELLO + ',"wants":"xx-unknown"}', "unknown_language"),
        (HELLO + ',"wants":7}', "bad_message"),
        (HELLO + ',"rate":7999}', "bad_message"),
        (HELLO + ',"rate":96000}', "bad_message"),
        (HELLO + ',"role":"admin"}', "bad_message"),
        (HELLO + ',"name":"a\\u0000b"}', "bad_message"),
        ('{"type":"hello","protocol":1,"room":"../etc"}', "bad_message"),
        ('{"type":"hello","protocol":1,"room":"main\\n"}', "bad_message"),
        ('{"type":"chat","text":"   "}', "bad_message"),
        ('{"type":"chat","text":"' + "x" * 501 + '"}', "bad_message"),
        ('{"type":"chat","text":"' + "x" * 9_000 + '"}', "too_large"),
        ('{"type":' + "[" * 5_000, "bad_message"),
        (b"\xff\xfe\x00", "bad_message"),
        ('{"type":"chat","text":"\ud800"}', "bad_message"),
    ],
)
def test_what_is_no_message_is_refused_with_one_error(text: str | bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse(text)
    assert caught.value.code == code
    assert "\n" not in caught.value.text


def test_the_error_never_repeats_what_was_said() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse('{"type":"chat","text":"my secret\\u0007 line","language":"en"}')
    assert "secret" not in caught.value.text


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_input_is_a_message_or_a_protocol_error(data: str | bytes) -> None:
    with contextlib.suppress(ProtocolError):
        assert isinstance(parse(data), CLIENT_MESSAGES)


def test_languages_are_taken_in_any_spelling_and_kept_in_ours() -> None:
    hello = parse(HELLO + ',"speaks":"auto","wants":"pt-BR"}')
    assert isinstance(hello, Hello)
    assert (hello.speaks, hello.wants) == ("auto", "pt")


def test_settings_left_out_are_told_from_settings_changed() -> None:
    settings = parse('{"type":"settings","audio":false}')
    assert settings == Settings(audio=False)


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "bad_audio"), (b"abc", "bad_audio"), (bytes(65_538), "too_large")]
)
def test_blocks_that_are_no_sound_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_audio(data)
    assert caught.value.code == code
    check_audio(bytes(640))
