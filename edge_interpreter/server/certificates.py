"""A local certificate authority, and the certificate it gives this box.

Browsers allow a microphone in secure contexts only. A box on a LAN has no public name, so it
makes an authority of its own at first start, whose certificate people install once.
"""

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge_interpreter.errors import UserError
from edge_interpreter.server.listening import ServerCertificate
from edge_interpreter.server.state import StateDirectory

AUTHORITY, AUTHORITY_KEY = "ca.pem", "ca-key.pem"
CERTIFICATE, KEY = "server.pem", "server-key.pem"
AUTHORITY_DAYS = 3_650
CERTIFICATE_DAYS = 397
"""Longer ones are refused by some browsers."""
RENEW_DAYS = 30


def ensure_certificate(state: StateDirectory, names: Sequence[str]) -> ServerCertificate:
    """A certificate for these names and addresses, made anew where needed. Raises UserError."""
    authority, authority_key = _authority(state)
    if not _still_good(state, names, authority):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certify(authority, authority_key, key.public_key(), names)
        state.write(KEY, _private_pem(key))
        state.write(CERTIFICATE, _pem(certificate) + _pem(authority))
    return ServerCertificate(state.path(CERTIFICATE), state.path(KEY), _pem(authority))


def expires(certificate: bytes) -> float:
    """When a certificate (PEM) ends, Unix time."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc.timestamp()


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate (PEM), in the form in which phones show it."""
    digest = x509.load_pem_x509_certificate(certificate).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def _authority(state: StateDirectory) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    stored, stored_key = state.read(AUTHORITY), state.read(AUTHORITY_KEY)
    if stored is not None and stored_key is not None:
        try:
            key = serialization.load_pem_private_key(stored_key, None)
            authority = x509.load_pem_x509_certificate(stored)
        except ValueError:
            raise UserError(
                f"{state.path(AUTHORITY)}: damaged; remove it to make a new authority"
            ) from None
        if isinstance(key, ec.EllipticCurvePrivateKey) and _days_left(authority) > RENEW_DAYS:
            return authority, key
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _make_authority(key)
    state.write(AUTHORITY_KEY, _private_pem(key))
    state.write(AUTHORITY, _pem(authority))
    return authority, key


def _make_authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    made = datetime.now(UTC)
    title = f"Edge Interpreter local authority {made:%Y-%m-%d}"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return (
        _builder(name, name, key.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _certify(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    names: Sequence[str],
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(subject, authority.subject, public_key, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    # A box without a battery clock may be a little behind the phones.
    begins = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _still_good(state: StateDirectory, names: Sequence[str], authority: x509.Certificate) -> bool:
    stored = state.read(CERTIFICATE)
    if stored is None or state.read(KEY) is None:
        return False
    try:
        certificate = x509.load_pem_x509_certificate(stored)
        certificate.verify_directly_issued_by(authority)
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except Exception:
        return False
    covered = set(extension.value)
    return _days_left(certificate) > RENEW_DAYS and {_general(name) for name in names} <= covered


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _days_left(certificate: x509.Certificate) -> int:
    return (certificate.not_valid_after_utc - datetime.now(UTC)).days


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
