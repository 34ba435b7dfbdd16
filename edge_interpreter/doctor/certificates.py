"""Whether the certificates are valid, and name this box as people reach it."""

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem
from edge_interpreter.doctor.ports import wants_https
from edge_interpreter.server.addresses import lan_addresses, names
from edge_interpreter.server.certificates import CERTIFICATE, KEY, RENEW_DAYS


def check_certificates(patient: Patient) -> Iterator[Finding]:
    """That of the HTTPS port and that of SIP over TLS."""
    config = patient.config
    reached = [*config.server.names, *lan_addresses()]
    if config.tls.certificate is not None and config.tls.key is not None:
        yield from examine(config.tls.certificate, config.tls.key, reached, renews=False)
    elif wants_https(config):
        state = config.server.state
        if (state / CERTIFICATE).is_file():
            yield from examine(state / CERTIFICATE, state / KEY, reached, renews=True)
        else:
            yield note("no certificate yet: the server makes one at its first start")
    else:
        yield ok("no HTTPS: the server listens on this machine alone")
    sip = config.calls.sip
    if sip.enabled and sip.certificate is not None:
        yield from examine(sip.certificate, sip.certificate, [], renews=False)


def examine(file: Path, key: Path, reached: Sequence[str], *, renews: bool) -> Iterator[Finding]:
    """What is to be said of a certificate and its key (PEM) for a box reached by these names."""
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no certificate or key (PEM)"
        yield problem(f"{file}: {reason}", "put a certificate and its key there (PEM, no password)")
        return
    if private.public_key() != certificate.public_key():
        yield problem(f"{key} does not belong to {file}", "put the key there that it was made with")
    yield _validity(file, certificate, renews=renews)
    if reached:
        yield _coverage(file, certificate, reached, renews=renews)


def _validity(file: Path, certificate: x509.Certificate, *, renews: bool) -> Finding:
    now = datetime.now(UTC)
    days = (certificate.not_valid_after_utc - now).days
    until = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    advice = "start the server again: it makes a new one" if renews else "have it renewed"
    if certificate.not_valid_before_utc > now:
        return problem(f"{file} is not valid yet", "set the clock, or have it made anew")
    if days < 0:
        return problem(f"{file} expired on {until}", advice, days=days)
    if days < RENEW_DAYS:
        return note(f"{file} expires on {until}, in {days} days", advice, days=days)
    return ok(f"{file} is valid until {until}", days=days)


def _coverage(
    file: Path, certificate: x509.Certificate, reached: Sequence[str], *, renews: bool
) -> Finding:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        covered = [str(entry.value).lower() for entry in extension.value]
    except x509.ExtensionNotFound:
        covered = []
    # A name may be enough: not everybody is reached by address.
    named = [name for name in (*reached, *names()) if _is_covered(name, covered)]
    missing = [name for name in reached if not _is_covered(name, covered)]
    advice = (
        "start the server again: it makes a new one"
        if renews
        else "have them put in, or reach the box by a name that is in it"
    )
    if not named:
        return problem(f"{file} names none of {', '.join(reached)}", advice)
    if missing:
        return note(f"{file} does not name {', '.join(missing)}", advice)
    return ok(f"{file} names {', '.join(reached)}")


def _is_covered(name: str, covered: Sequence[str]) -> bool:
    try:
        return str(ipaddress.ip_address(name)) in covered
    except ValueError:
        name = name.lower()
        return name in covered or f"*.{name.partition('.')[2]}" in covered
