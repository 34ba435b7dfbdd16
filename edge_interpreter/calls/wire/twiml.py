"""The webhook side of Twilio-compatible services: the answer document and the request signature."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr


def connect_stream(url: str, parameters: Mapping[str, str]) -> str:
    """TwiML that connects the call to the WebSocket at `url` in both directions.

    `parameters` come back in the `customParameters` of the stream's start message.
    """
    lines = "".join(
        f"<Parameter name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in parameters.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<Response><Connect><Stream url={quoteattr(url)}>{lines}</Stream></Connect></Response>"
    )


def reject_call(reason: str = "busy") -> str:
    """TwiML that refuses the call; `reason` is "busy" or "rejected"."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<Response><Reject reason={quoteattr(reason)}/></Response>"
    )


def sign_request(secret: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """The value of `X-Twilio-Signature` for a request.

    HMAC-SHA1 of the full URL followed by each form field's name and value, sorted by name, as
    base64 (Twilio, "Validating requests are coming from Twilio"). A WebSocket handshake has no
    form.
    """
    text = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


def signature_matches(
    secret: str, url: str, form: Iterable[tuple[str, str]], signature: str
) -> bool:
    """Whether `signature` is that of the request; takes the same time for any wrong one."""
    expected = sign_request(secret, url, form)
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
