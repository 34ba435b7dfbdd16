"""`edge-interpreter sbom`: what is installed here, as a software bill of materials."""

import argparse
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from edge_interpreter import __version__

if TYPE_CHECKING:
    from edge_interpreter.models.catalog import Model

Component = dict[str, Any]
SPECIFICATION = "1.6"
_LONGEST_NAME = 100
_CLASSIFIER = "License :: OSI Approved :: "


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "sbom",
        help="the software bill of materials: packages, weights, licences, hashes",
        description="Write what is installed here as CycloneDX JSON: every Python distribution of"
        " this environment, and every installed model with the sha256 of its files.",
    )
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="FILE", help="rather than standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out."""
    from edge_interpreter.config import load_config

    text = json.dumps(bill(load_config(args.config).models.directory), indent=1)
    if args.out is None:
        print(text)
    else:
        args.out.write_text(text + "\n", encoding="utf-8")
    return 0


def bill(weights: Path) -> dict[str, Any]:
    """The bill in the terms of CycloneDX 1.6 (ECMA-424); raises UserError for a broken record."""
    product = {
        "type": "application",
        "bom-ref": "edge-interpreter",
        "name": "edge-interpreter",
        "version": __version__,
        "licenses": [{"expression": "Apache-2.0"}],
    }
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": product,
        },
        "components": [*_distributions(), *_models(weights)],
    }


def _distributions() -> Iterator[Component]:
    found = {_normal(one.metadata["Name"]): one for one in metadata.distributions()}
    for name, distribution in sorted(found.items()):
        if name == "edge-interpreter":
            continue
        purl = f"pkg:pypi/{name}@{quote(distribution.version)}"
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": distribution.metadata["Name"],
            "version": distribution.version,
            "purl": purl,
            **_licences(distribution),
        }


def _normal(name: str) -> str:
    """The name under which packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _licences(distribution: metadata.Distribution) -> dict[str, Any]:
    """What the distribution declares: an SPDX expression, a name, or classifiers."""
    told = distribution.metadata
    if expressions := told.get_all("License-Expression"):
        return {"licenses": [{"expression": expressions[0]}]}
    # Some put the whole text of the licence there.
    given = [name.strip() for name in told.get_all("License") or ()]
    names = [name for name in given if 0 < len(name) <= _LONGEST_NAME]
    names = names or [
        classifier.removeprefix(_CLASSIFIER)
        for classifier in told.get_all("Classifier") or ()
        if classifier.startswith(_CLASSIFIER)
    ]
    return {"licenses": [{"license": {"name": one}} for one in names]} if names else {}


def _models(directory: Path) -> Iterator[Component]:
    from edge_interpreter.models.catalog import Catalog
    from edge_interpreter.models.store import ModelStore

    store = ModelStore(directory, Catalog.load())
    for model in store.catalog.models:
        if not model.files:
            yield _weights(model, model.licence)
    for record in store.installed():
        model = store.catalog.find(record.id)
        yield {
            **_weights(model, record.licence),
            "properties": [
                {"name": "edge-interpreter:source", "value": record.source},
                {"name": "edge-interpreter:installed", "value": record.installed_at},
                {
                    "name": "edge-interpreter:commercial-use",
                    "value": "forbidden" if model.non_commercial else "allowed",
                },
            ],
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"model:{record.id}/{name}",
                    "name": name,
                    "hashes": [{"alg": "SHA-256", "content": file.sha256}],
                }
                for name, file in sorted(record.files.items())
            ],
        }


def _weights(model: "Model", licence: str) -> Component:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{model.id}",
        "name": model.id,
        "description": model.notice,
        "licenses": [{"license": {"name": licence}}],
    }
