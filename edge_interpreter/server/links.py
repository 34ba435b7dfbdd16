"""Addresses of the pages, as text and as QR codes."""

import io

import segno


def base_url(host: str, port: int, *, secure: bool) -> str:
    """Where the server is reached under a host name or address."""
    scheme, usual = ("https", 443) if secure else ("http", 80)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if port == usual else f":{port}")


def join_url(base: str, room: str, token: str = "", page: str = "/") -> str:
    """Address of a page for a room; a token goes where it reaches no log."""
    return f"{base}{page}?room={room}" + (f"#token={token}" if token else "")


def qr_svg(text: str) -> bytes:
    """A QR code (ISO/IEC 18004) as an SVG image, black on white with its quiet zone."""
    image = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        image, kind="svg", scale=8, border=4, dark="#000", light="#fff"
    )
    return image.getvalue()
