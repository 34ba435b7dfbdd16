"""Tiny releases: a wheel with the real installer and a product of thirty lines, and weights."""

import base64
import ensurepip
import hashlib
import platform
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from edge_interpreter.appliance import prepared as names
from edge_interpreter.appliance.bundle import add_weights, write_bundle
from edge_interpreter.appliance.prepared import Description, Prepared, release_id, sha256_of
from edge_interpreter.appliance.signing import generate_key, load_key, public_path
from edge_interpreter.models.store import ModelStore
from tests.models import shop

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/install"
CATALOG = shop.catalog(shop.model())

PRODUCT = """
import argparse, hashlib, json, pathlib, sys, tarfile
from edge_interpreter import __version__

def main():
    words = sys.argv[1:]
    if words == ["--version"]:
        print("tiny", __version__)
    elif words[0] == "models":
        place = pathlib.Path(words[2])
        with tarfile.open(words[4]) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))
            for name, entry in manifest["models"].items():
                archive.extractall(place, [m for m in archive if m.name.startswith(name + "/")])
                record = {"files": entry["files"]}
                (place / name / "installed.json").write_text(json.dumps(record))
    elif words[:2] == ["token", "create-key"]:
        state = pathlib.Path(words[-1]).parents[2] / "var/lib/edge-interpreter/state"
        (state / "keys").write_text("hash")
        print("secret-key")
"""
CONFIG_READER = """
import tomllib
from edge_interpreter.errors import UserError

KNOWN = {known!r}

def load_config(path):
    for file in (path, *(path.parent / "config.d").glob("*.toml")):
        for key in tomllib.loads(file.read_text()):
            if key not in KNOWN:
                raise UserError(f"{{file}}: unknown key {{key}}")
"""
CONFIG = """# {comment}
[models]
directory = "models/weights"            # where the weights lie

[server]
port = 8080
state = "state"
"""
UNIT = """[Service]
# {comment}
ExecStart=/opt/edge-interpreter/current/bin/edge-interpreter serve
"""


def wheel(target: Path, version: str, known: Sequence[str]) -> Path:
    """The wheel of a tiny product with the real installer in it."""
    package = ROOT / "edge_interpreter"
    members = {
        f"edge_interpreter/appliance/{path.name}": path.read_bytes()
        for path in (package / "appliance").glob("*.py")
    }
    members["edge_interpreter/errors.py"] = (package / "errors.py").read_bytes()
    members["edge_interpreter/__init__.py"] = f'__version__ = "{version}"\n'.encode()
    members["edge_interpreter/cli.py"] = PRODUCT.encode()
    members["edge_interpreter/config.py"] = CONFIG_READER.format(known=list(known)).encode()
    info = f"edge_interpreter-{version}.dist-info"
    members[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: edge-interpreter\nVersion: {version}\n"
        "Provides-Extra: telephony\n"
    ).encode()
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members[f"{info}/entry_points.txt"] = (
        b"[console_scripts]\nedge-interpreter = edge_interpreter.cli:main\n"
    )
    record = "".join(f"{name},{_record(data)}\n" for name, data in members.items())
    members[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    path = target / f"edge_interpreter-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


def _record(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest},{len(data)}"


def pip_wheel() -> Path:
    """The pip that comes with Python."""
    places = (Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels"))
    for place in places:
        for path in place.glob("pip-*.whl"):
            return path
    pytest.skip("this Python comes without a wheel of pip")


def prepare(
    directory: Path,
    version: str = "1.0",
    comment: str = "a comment",
    known: Sequence[str] = ("models", "server"),
    unpacked: int = 1,
) -> Prepared:
    """A release as `collect` would prepare it."""
    (directory / names.WHEELS).mkdir(parents=True)
    (directory / names.UNITS).mkdir()
    own = wheel(directory / names.WHEELS, version, known)
    pip = pip_wheel()
    (directory / names.WHEELS / pip.name).write_bytes(pip.read_bytes())
    (directory / names.REQUIREMENTS).write_text(
        f"edge-interpreter[telephony]=={version} --hash=sha256:{sha256_of(own)}\n"
    )
    (directory / names.CONFIG).write_text(CONFIG.format(comment=comment))
    (directory / names.SCRIPT).write_bytes(SCRIPT.read_bytes())
    (directory / names.UNITS / "edge-interpreter.service").write_text(UNIT.format(comment=comment))
    description = Description(
        release=release_id(version, directory),
        version=version,
        python="{}.{}".format(*sys.version_info[:2]),
        machine=platform.machine(),
        unpacked=unpacked,
    )
    (directory / names.DESCRIPTION).write_text(description.as_json())
    return Prepared(directory)


def store(directory: Path) -> ModelStore:
    """A store with one tiny model in it."""
    models = ModelStore(directory, CATALOG)
    prepared = models.staging("tiny")
    (prepared / "model.bin").write_bytes(shop.WEIGHTS)
    (prepared / "config.json").write_bytes(shop.CONFIG)
    models.commit(CATALOG.find("tiny"), prepared, "a test", accepted=False)
    return models


class Vendor:
    """Who makes bundles: one key, and bundles of any release."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.key = directory / "key.pem"
        generate_key(self.key)
        self.public = public_path(self.key)
        self._store = store(directory / "weights")

    def bundle(self, name: str, version: str = "1.0", **content: object) -> Path:
        """A signed bundle; `content` is that of `prepare`."""
        place = self._directory / f"{name}-content"
        made = prepare(place, version, **content)  # type: ignore[arg-type]
        made = add_weights(made, self._store, ["tiny"], shop.Silent())
        path = self._directory / f"{name}.bundle"
        write_bundle(made, load_key(self.key), path, shop.Silent())
        return path


def run(root: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """The installation script, in a directory."""
    command = [SCRIPT, "--root", root, "--python", sys.executable, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def install(root: Path, bundle: Path, *options: str | Path) -> str:
    """Install a bundle; what was said."""
    done = run(root, "--bundle", bundle, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def snapshot(root: Path) -> dict[str, str]:
    """Every file and link with its content, to compare."""
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else sha256_of(path)
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
