"""Figures as Prometheus reads them: text format 0.0.4, or OpenMetrics for those who ask."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from edge_interpreter.telemetry.instruments import PREFIX

Values = float | Mapping[str, float]


def gauge(name: str, text: str, values: Values, by: str = "") -> Metric:
    """A figure that goes up and down; `values` by the label `by`, where there is one."""
    return _filled(GaugeMetricFamily, name, text, values, by)


def counter(name: str, text: str, values: Values, by: str = "") -> Metric:
    """A figure that only grows; `_total` is put behind its name."""
    return _filled(CounterMetricFamily, name, text, values, by)


def facts(name: str, text: str, rows: Iterable[Mapping[str, str]]) -> Metric:
    """What something is, as labels of a figure that is always 1."""
    listed = list(rows)
    labels = list(listed[0]) if listed else []
    family = GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=labels)
    for row in listed:
        family.add_metric([row[label] for label in labels], 1)
    return family


def exposition(
    registry: CollectorRegistry, read: Iterable[Metric], accept: str
) -> tuple[bytes, str]:
    """All figures and their media type, for a request with this Accept header."""
    encode, media_type = choose_encoder(accept)
    return encode(_Everything(registry, read)), media_type


class _Everything:
    """A registry and what was read, as the library's encoders want it."""

    def __init__(self, registry: CollectorRegistry, read: Iterable[Metric]) -> None:
        self._registry = registry
        self._read = read

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            # When each counter was made is a series more for each, and tells nothing here.
            family.samples = [one for one in family.samples if not one.name.endswith("_created")]
            yield family
        yield from self._read


def _filled(
    kind: type[GaugeMetricFamily] | type[CounterMetricFamily],
    name: str,
    text: str,
    values: Values,
    by: str,
) -> Metric:
    family = kind(f"{PREFIX}_{name}", text, labels=[by] if by else [])
    if isinstance(values, Mapping):
        for label, value in sorted(values.items()):
            family.add_metric([label], value)
    else:
        family.add_metric([], values)
    return family
