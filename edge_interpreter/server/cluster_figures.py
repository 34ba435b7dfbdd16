"""What became of the requests that this box made to a cluster."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import Metric

from edge_interpreter.engines.loading import Engines
from edge_interpreter.telemetry.exposition import counter, gauge


def of_cluster(engines: Engines) -> Iterator[Metric]:
    """By engine, those that `[cluster]` names; no values where it names none."""
    by_role = {
        "recogniser": engines.recogniser,
        "translator": engines.translator,
        "synthesiser": engines.synthesiser,
    }
    stages = {
        role: stage for role, one in by_role.items() if (stage := getattr(one, "stage", None))
    }
    up = {role: float(not stage.down) for role, stage in stages.items()}
    yield gauge("cluster_up", "1 where an endpoint answered last time.", up, "engine")
    for name, text in (
        ("answered", "Requests the cluster answered."),
        ("retried", "Requests made once more, since the first was lost."),
        ("own", "Requests that the box's own engine did instead."),
    ):
        values = {role: float(getattr(stage.counts, name)) for role, stage in stages.items()}
        yield counter(f"cluster_{name}", text, values, "engine")
    refused: Counter[str] = sum((stage.counts.refused for stage in stages.values()), Counter())
    text = "Requests the cluster did not do, by reason."
    yield counter("cluster_refused", text, {k: float(n) for k, n in refused.items()}, "reason")
