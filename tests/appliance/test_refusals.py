"""Bundles that must not be installed: refused by the script before it runs a byte of them."""

import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_interpreter.appliance.bundle import SIGNATURE, SIGNER, SUMS, verify_bundle
from edge_interpreter.appliance.signing import generate_key, load_key, public_pem
from edge_interpreter.appliance.trust import fingerprint
from edge_interpreter.errors import UserError
from tests.appliance import site
from tests.models import shop

Members = dict[str, bytes]
Change = Callable[[Members, Path], None]


def read(path: Path) -> Members:
    with tarfile.open(path) as archive:
        return {m.name: stream.read() for m in archive if (stream := archive.extractfile(m))}


def write(path: Path, members: Members) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def own_wheel(members: Members) -> str:
    return next(name for name in members if "edge_interpreter-" in name)


def unsigned(members: Members, _: Path) -> None:
    del members[SIGNATURE]


def altered_package(members: Members, _: Path) -> None:
    members[own_wheel(members)] += b"evil"


def altered_weights(members: Members, _: Path) -> None:
    data = bytearray(members["models.tar"])
    data[-3000] ^= 1
    members["models.tar"] = bytes(data)


def altered_list(members: Members, _: Path) -> None:
    members[SUMS] = members[SUMS].replace(b"a", b"b", 1)


def missing(members: Members, _: Path) -> None:
    del members["config.toml"]


def added(members: Members, _: Path) -> None:
    members["../../evil"] = b"evil"


def signed_by_another(members: Members, scratch: Path) -> None:
    generate_key(scratch / "other.pem")
    key = load_key(scratch / "other.pem")
    sums = members[SUMS].decode().splitlines()
    members[SIGNER] = public_pem(key).encode()
    sums = [
        f"{shop.digest(members[SIGNER])}  {SIGNER}" if line.endswith(SIGNER) else line
        for line in sums
    ]
    members[SUMS] = ("\n".join(sums) + "\n").encode()
    members[SIGNATURE] = key.sign(members[SUMS])


CHANGES: list[tuple[Change, str]] = [
    (unsigned, "is not signed"),
    (altered_package, r"edge_interpreter-1.0-py3-none-any.whl was altered"),
    (altered_weights, r"models.tar was altered"),
    (altered_list, r"SHA256SUMS does not fit the signature|was altered"),
    (missing, r"config.toml is missing"),
    (added, r"evil does not belong in it"),
    (signed_by_another, r"signed with the key [0-9a-f]{64}"),
]


@pytest.mark.parametrize(("change", "complaint"), CHANGES)
def test_bundle_that_was_tampered_with_is_refused_by_name(
    change: Change, complaint: str, first: Path, vendor: site.Vendor, tmp_path: Path
) -> None:
    members = read(first)
    change(members, tmp_path)
    bad = write(tmp_path / "bad.bundle", members)
    root = tmp_path / "box"
    done = site.run(root, "--bundle", bad, "--trust", vendor.public)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"install: {bad}: ")
    assert list(root.rglob("*.whl")) == []
    assert not list(tmp_path.rglob("evil"))
    with pytest.raises(UserError, match=complaint):
        raise UserError(done.stderr)
    with pytest.raises(UserError, match=complaint) as caught:
        verify_bundle(bad, vendor.public.read_text(), shop.Silent())
    assert str(bad) in str(caught.value)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.9])
def test_bundle_that_was_cut_off_is_refused(
    part: float, first: Path, vendor: site.Vendor, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.bundle"
    data = first.read_bytes()
    bad.write_bytes(data[: int(len(data) * part)])
    done = site.run(tmp_path / "box", "--bundle", bad, "--trust", vendor.public)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    with pytest.raises(UserError, match=r"cut off|is missing|altered"):
        verify_bundle(bad, vendor.public.read_text(), shop.Silent())


def test_link_in_a_bundle_is_refused(first: Path, vendor: site.Vendor, tmp_path: Path) -> None:
    members = read(first)
    config = members.pop("config.toml")
    bad = write(tmp_path / "bad.bundle", members)
    target = tmp_path / "passwd"
    target.write_bytes(config)
    with tarfile.open(bad, "a") as archive:
        link = tarfile.TarInfo("config.toml")
        link.type, link.linkname = tarfile.SYMTYPE, str(target)
        archive.addfile(link)
    done = site.run(tmp_path / "box", "--bundle", bad, "--trust", vendor.public)
    assert "no plain file" in done.stderr
    with pytest.raises(UserError, match="does not belong"):
        verify_bundle(bad, vendor.public.read_text(), shop.Silent())


def test_key_that_nobody_trusted_is_shown_to_be_compared(
    first: Path, vendor: site.Vendor, tmp_path: Path
) -> None:
    mark = fingerprint(vendor.public.read_text())
    done = site.run(tmp_path / "box", "--bundle", first)
    assert done.returncode == 2
    assert f"signed with the key {mark}, which is not trusted here" in done.stderr
    with pytest.raises(UserError, match=f"signed with the key {mark}, which is not known"):
        verify_bundle(first, None, shop.Silent())
    with pytest.raises(UserError, match="not with"):
        verify_bundle(first, "0" * 64, shop.Silent())
    assert verify_bundle(first, mark, shop.Silent()).description.version == "1.0"


def test_fingerprint_is_enough_to_install(first: Path, vendor: site.Vendor, tmp_path: Path) -> None:
    site.install(tmp_path, first, "--trust", fingerprint(vendor.public.read_text()))
    (kept,) = (tmp_path / "etc/edge-interpreter/trusted-keys").iterdir()
    assert kept.read_text() == vendor.public.read_text()


def test_an_administrator_can_verify_with_ordinary_programs(
    first: Path, vendor: site.Vendor, tmp_path: Path
) -> None:
    commands = f"""
    tar -xf {first} SHA256SUMS SHA256SUMS.sig install
    openssl pkeyutl -verify -pubin -inkey {vendor.public} -rawin -in SHA256SUMS \
      -sigfile SHA256SUMS.sig
    sha256sum --check --ignore-missing SHA256SUMS
    """
    done = subprocess.run(
        ["bash", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Signature Verified Successfully" in done.stdout
    assert "install: OK" in done.stdout
    assert (tmp_path / "install").read_bytes() == site.SCRIPT.read_bytes()
