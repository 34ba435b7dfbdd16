"""Whether the models are there, whole, and allowed to be used."""

from collections.abc import Iterator

from edge_interpreter.config.tree import Config
from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem
from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Catalog, Model
from edge_interpreter.models.store import ModelStore


def check_weights(patient: Patient) -> Iterator[Finding]:
    """Every file of every model in use has the sha256 that was recorded when it was installed."""
    config = patient.config
    store = ModelStore(config.models.directory, Catalog.load())
    for name in _in_use(config):
        try:
            model = store.catalog.find(name)
            if model.files:
                record = store.verify(name)
                yield ok(f"{name}: whole ({record.size / 1e6:,.0f} MB)", model=name)
            else:
                yield ok(f"{name}: part of the installation", model=name)
        except UserError as error:
            text, _, advice = str(error).partition("; run: ")
            yield problem(text, f"run: {advice}" if advice else "see: edge-interpreter models list")


def check_licences(patient: Patient) -> Iterator[Finding]:
    """No model in use forbids what the box is used for."""
    catalog = Catalog.load()
    models = [_found(catalog, name) for name in _in_use(patient.config)]
    bound = [model for model in models if model is not None and model.non_commercial]
    for model in bound:
        yield note(
            f"{model.id} is under {model.licence}: not for commercial use",
            f"for commercial use: {model.alternative}" if model.alternative else "",
            model=model.id,
            licence=model.licence,
        )
    if not bound:
        yield ok("every model in use may be used commercially")


def _in_use(config: Config) -> list[str]:
    used = (
        config.voice_activity.model,
        *config.recogniser.models,
        *config.translator.models,
        *config.synthesiser.voices.values(),
    )
    return list(dict.fromkeys(used))


def _found(catalog: Catalog, name: str) -> Model | None:
    try:
        return catalog.find(name)
    except UserError:
        return None
