"""Whether two machines have the same weights, by the hashes in their `installed.json`."""

import hashlib
from collections.abc import Mapping

from edge_interpreter.config.tree import Config
from edge_interpreter.errors import ModelDamagedError
from edge_interpreter.models.store import Installed, ModelStore

Fingerprints = Mapping[str, str]
"""Model id to a digest of the names and sha256 of its files."""


def fingerprint(record: Installed) -> str:
    """A digest over the files of an installed model, whenever and however they were installed."""
    lines = (f"{name} {file.size} {file.sha256}\n" for name, file in sorted(record.files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def wanted_models(config: Config, role: str) -> tuple[str, ...]:
    """The ids of the models that an engine is made of."""
    if role == "recogniser":
        return config.recogniser.models
    if role == "translator":
        return config.translator.models
    return tuple(sorted(set(config.synthesiser.voices.values())))


def fingerprints(config: Config, role: str, store: ModelStore) -> dict[str, str]:
    """Those of an engine's models on this machine, every file read and compared with its record.

    Raises ModelMissingError and ModelDamagedError.
    """
    found = {}
    for model_id in wanted_models(config, role):
        if store.catalog.find(model_id).files:
            store.verify(model_id)
            found[model_id] = fingerprint(store.record(model_id))
    return found


def require_same(expected: Fingerprints, here: Fingerprints, node: str) -> None:
    """Raise ModelDamagedError naming model and node unless this machine has the same weights."""
    for model_id, digest in sorted(expected.items()):
        mine = here.get(model_id)
        if mine != digest:
            has = f"files {mine[:12]}…" if mine else "no such model"
            raise ModelDamagedError(
                f"node {node} is refused: model {model_id} there is not that of the cluster "
                f"({has}, the cluster has {digest[:12]}…); run there: edge-interpreter models "
                f"fetch {model_id}"
            )
