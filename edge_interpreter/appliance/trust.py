"""The public keys (Ed25519, PEM) whose bundles a box accepts, known by their fingerprints."""

import base64
import hashlib
import re
from pathlib import Path

from edge_interpreter.appliance.conffiles import write_whole
from edge_interpreter.errors import UserError

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)-----END PUBLIC KEY-----")


def fingerprint(pem: str) -> str:
    """SHA-256 (hex) of a public key's SubjectPublicKeyInfo (RFC 5280, 4.1). Raises UserError."""
    match = _PEM.search(pem)
    if match is None:
        raise UserError("this is no public key in PEM form")
    return hashlib.sha256(base64.b64decode(match[1])).hexdigest()


def remember(trusted_keys: Path, pem: str) -> str:
    """Keep a key, so that the next bundle of its owner is accepted; what was done."""
    mark = fingerprint(pem)
    path = trusted_keys / f"{mark[:16]}.pem"
    if path.exists() and fingerprint(path.read_text("ascii")) == mark:
        return ""
    write_whole(path, pem, 0o644)
    return f"{path}: bundles signed with it are accepted from now on"
