"""What must be agreed to before a model is installed."""

from collections.abc import Collection, Iterable

from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Model


def require_accepted(models: Iterable[Model], accepted: Collection[str]) -> None:
    """UserError naming the models whose licence forbids commercial use and was not accepted."""
    asked = [model for model in models if model.non_commercial and model.id not in accepted]
    if not asked:
        return
    terms = "; ".join(
        f"{model.id} is under {model.licence}, which does not allow commercial use"
        + (f" (for commercial use: {model.alternative})" if model.alternative else "")
        for model in asked
    )
    flags = " ".join(f"--accept {model.id}" for model in asked)
    raise UserError(f"{terms}; if your use is non-commercial, run it again with {flags}")
