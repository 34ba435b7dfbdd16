"""Each check with a box that is ill in one way."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge_interpreter.config.load import Reading
from edge_interpreter.config.sources import Sources
from edge_interpreter.config.tree import Config
from edge_interpreter.doctor import hardware, sandbox
from edge_interpreter.doctor.certificates import examine as examine_certificate
from edge_interpreter.doctor.clock import check_clock
from edge_interpreter.doctor.configuration import check_configuration, check_process_list
from edge_interpreter.doctor.finding import Finding, Patient, Status
from edge_interpreter.doctor.hardware import check_memory, check_processor
from edge_interpreter.doctor.ports import check_ports
from edge_interpreter.doctor.sandbox import check_egress, check_sandbox
from edge_interpreter.doctor.storage import check_permissions
from edge_interpreter.doctor.trunks import check_trunks
from edge_interpreter.doctor.weights import check_licences, check_weights
from tests.server.box import box


def patient(**values: Any) -> Patient:
    return Patient(None, Reading(Config.model_validate(values), Sources()))


def problems(findings: Iterator[Finding]) -> list[Finding]:
    found = [finding for finding in findings if finding.status is Status.PROBLEM]
    assert all(finding.advice for finding in found)
    return found


def test_a_missing_file_of_the_configuration_is_named() -> None:
    ill = patient(branding={"logo": "/nowhere/logo.svg"})
    (found,) = problems(check_configuration(ill))
    assert "branding.logo: /nowhere/logo.svg" in found.text


def test_a_secret_in_the_process_list_is_found_and_not_repeated() -> None:
    secret = f"hush-{os.getpid()}-hush"
    command = [sys.executable, "-c", "input()", secret]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    # Until then the process still has our own command line.
    arguments = Path(f"/proc/{process.pid}/cmdline")
    while secret.encode() not in arguments.read_bytes():
        time.sleep(0.01)
    ill = patient(calls={"media_streams": {"secret": secret}})
    try:
        (found,) = problems(check_process_list(ill))
    finally:
        process.communicate(b"\n")
    assert str(process.pid) in found.text
    assert secret not in found.text
    assert not problems(check_process_list(ill))


def test_a_weak_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not problems(check_memory(patient()))
    monkeypatch.setattr(hardware, "_container_limit", lambda: 500)
    assert "500 MB" in problems(check_memory(patient()))[0].text
    monkeypatch.setattr(hardware, "_processor_flags", lambda: {"sse2"})
    assert "AVX2" in problems(check_processor(patient()))[0].text


def test_models_that_are_missing_are_named_with_the_command(tmp_path: Path) -> None:
    found = problems(check_weights(patient(models={"directory": tmp_path})))
    assert "run: edge-interpreter models fetch whisper-base" in [each.advice for each in found]


def test_a_second_recogniser_model_is_looked_for_as_well(tmp_path: Path) -> None:
    both = {"models": {"directory": tmp_path}, "recogniser": {"second_model": "whisper-small"}}
    advice = [each.advice for each in problems(check_weights(patient(**both)))]
    assert "run: edge-interpreter models fetch whisper-small" in advice


def test_a_licence_against_commercial_use_is_told() -> None:
    (found,) = check_licences(patient(translator={"models": ["nllb-200-distilled-600m"]}))
    assert found.status is Status.NOTE
    assert "not for commercial use" in found.text


def test_a_port_held_by_somebody_else() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        (found,) = problems(check_ports(patient(server={"port": number})))
    assert "another program" in found.text
    (free,) = check_ports(patient(server={"port": number}))
    assert free.details["held_by"] == "nobody"


async def test_a_port_held_by_our_own_server(tmp_path: Path) -> None:
    import asyncio

    async with box(tmp_path) as server:
        ours = patient(server={"port": server.services.port})
        (found,) = await asyncio.to_thread(lambda: list(check_ports(ours)))
    assert found.details["held_by"] == "us"


def certificate(directory: Path, names: list[str], days: int) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file, private = directory / "c.pem", directory / "k.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file, private


@pytest.mark.parametrize(
    ("names", "days", "status", "said"),
    [
        (["*.town.example"], 200, Status.OK, "valid until"),
        (["box.town.example"], -1, Status.PROBLEM, "expired"),
        (["box.town.example"], 9, Status.NOTE, "in 9 days"),
        (["other.example"], 200, Status.PROBLEM, "names none of box.town.example"),
    ],
)
def test_certificates(
    tmp_path: Path, names: list[str], days: int, status: Status, said: str
) -> None:
    files = certificate(tmp_path, names, days)
    found = list(examine_certificate(*files, ["box.town.example"], renews=False))
    assert any(each.status is status and said in each.text for each in found)


def test_a_key_of_another_certificate(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    file, _ = certificate(tmp_path, ["box"], 100)
    _, key = certificate(tmp_path / "other", ["box"], 100)
    (found,) = problems(examine_certificate(file, key, ["box"], renews=False))
    assert "does not belong" in found.text
    file.write_text("nonsense")
    (found,) = problems(examine_certificate(file, key, [], renews=False))


def test_a_clock_that_cannot_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not problems(check_clock(patient()))
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert "1970" in problems(check_clock(patient()))[0].text


def test_a_state_directory_that_others_can_read(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "tokens.json").write_text("{}")
    (state / "tokens.json").chmod(0o644)
    ill = patient(server={"state": state}, models={"directory": tmp_path})
    (found,) = problems(check_permissions(ill))
    assert str(state / "tokens.json") in found.text
    (state / "tokens.json").chmod(0o600)
    assert not problems(check_permissions(ill))


def test_a_unit_that_was_made_less_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = {name: value or "any" for name, value in sandbox.WANTED.items()}
    monkeypatch.setattr(sandbox, "_unit", lambda: strict)
    assert not problems(check_sandbox(patient()))
    monkeypatch.setattr(sandbox, "_unit", lambda: {**strict, "ProtectSystem": "no"})
    assert "ProtectSystem=no" in problems(check_sandbox(patient()))[0].text
    monkeypatch.setattr(sandbox, "_has_route", lambda: False)
    (found,) = check_egress(patient())
    assert found.details["route"] is False


def trunk(port: int, transport: str = "udp") -> Patient:
    one = {"user": "me", "domain": f"127.0.0.1:{port}", "transport": transport}
    return patient(calls={"sip": {"enabled": True, "trunks": [one]}})


def test_a_trunk_is_asked_with_options() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        asked: list[bytes] = []

        def answer() -> None:
            data, address = peer.recvfrom(65_535)
            asked.append(data)
            peer.sendto(b"SIP/2.0 200 OK\r\n\r\n", address)

        thread = threading.Thread(target=answer)
        thread.start()
        (found,) = check_trunks(trunk(peer.getsockname()[1]))
        thread.join()
    assert found.details["status"] == 200
    assert asked[0].startswith(b"OPTIONS sip:127.0.0.1:")
    assert asked[0].endswith(b"\r\n\r\n")


def test_a_trunk_where_nobody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_interpreter.doctor.trunks.ANSWER_S", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        (found,) = problems(check_trunks(trunk(silent.getsockname()[1])))
    assert "does not answer" in found.text
    (found,) = problems(check_trunks(trunk(1, "tcp")))
    assert "refused" in found.text


@pytest.mark.parametrize(
    ("listen", "allow", "shut"),
    [
        ("10.20.0.11", ["127.0.0.0/8"], True),
        ("0.0.0.0", ["127.0.0.1", "::1"], True),
        ("10.20.0.11", ["127.0.0.0/8", "10.20.0.10/32"], False),
        ("10.20.0.11", [], False),
        ("127.0.0.1", ["127.0.0.0/8"], False),
    ],
)
def test_an_allow_list_that_lets_nobody_in(listen: str, allow: list[str], shut: bool) -> None:
    sip = {"enabled": True, "listen": listen, "allow": allow}
    found = problems(check_trunks(patient(calls={"sip": sip})))
    assert [listen in one.text for one in found] == [True] * shut


def test_without_a_trunk_nobody_is_asked() -> None:
    (found,) = check_trunks(patient())
    assert found.status is Status.OK
