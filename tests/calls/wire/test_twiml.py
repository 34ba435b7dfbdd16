"""The webhook's answer and the check of its caller."""

from xml.etree import ElementTree as ET

import pytest

from edge_interpreter.calls.wire.twiml import (
    connect_stream,
    reject_call,
    sign_request,
    signature_matches,
)

# The worked example of Twilio's security documentation.
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_documented_signature() -> None:
    assert sign_request("12345", URL, FORM) == SIGNATURE
    assert sign_request("12345", URL, reversed(FORM)) == SIGNATURE
    assert signature_matches("12345", URL, FORM, SIGNATURE)


@pytest.mark.parametrize("signature", ["", "RSOYDt4T1cUTdK1PDd93/VVr8B9=", "é", "\ud800"])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    assert not signature_matches("12345", URL, FORM, signature)


def test_another_secret_url_or_field_changes_it() -> None:
    assert not signature_matches("12346", URL, FORM, SIGNATURE)
    assert not signature_matches("12345", URL + "&x", FORM, SIGNATURE)
    assert not signature_matches("12345", URL, [*FORM, ("Extra", "1")], SIGNATURE)


def test_the_answer_connects_both_ways_and_quotes_what_it_is_given() -> None:
    url = 'wss://box.example/ws/media-stream?a=1&b="2"'
    tree = ET.fromstring(connect_stream(url, {"number": '<+34 "900">'}))
    stream = tree.find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == url
    parameter = stream.find("Parameter")
    assert parameter is not None
    assert parameter.attrib == {"name": "number", "value": '<+34 "900">'}


def test_a_refusal() -> None:
    reject = ET.fromstring(reject_call("busy")).find("Reject")
    assert reject is not None
    assert reject.get("reason") == "busy"
