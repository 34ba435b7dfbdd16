"""Keys and signatures of bundles: Ed25519 (RFC 8032)."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edge_interpreter.errors import UserError


def generate_key(path: Path) -> str:
    """Make a private key at `path`, readable by its owner only, and its public key at `path`.pub.

    Returns the public key (PEM). UserError where there is a key already.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UserError(f"{path}: there is a key already; it was left alone") from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    public = public_pem(key)
    public_path(path).write_text(public, "ascii")
    return public


def public_path(path: Path) -> Path:
    """Where the public key of a private key lies."""
    return path.with_name(f"{path.name}.pub")


def load_key(path: Path) -> Ed25519PrivateKey:
    """The private key at `path`. Raises UserError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        raise UserError(
            f"{path}: there is no key to sign with; make one: edge-interpreter bundle keygen"
        ) from None
    except (ValueError, TypeError):
        raise UserError(f"{path}: is no private key in PEM form without a passphrase") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UserError(f"{path}: is no Ed25519 key")
    return key


def public_pem(key: Ed25519PrivateKey) -> str:
    """The public key as PEM (SubjectPublicKeyInfo)."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def is_signed_by(pem: str, signature: bytes, data: bytes) -> bool:
    """Whether the owner of a public key (PEM) signed the data."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except ValueError:
        return False
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
