"""The figures that are read when somebody looks: queues, rooms, calls, models, the box itself."""

import platform
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client.core import Metric

from edge_interpreter import __version__
from edge_interpreter.calls.model import CallState
from edge_interpreter.calls.switchboard import Switchboard
from edge_interpreter.calls.ticker import TickerStats
from edge_interpreter.calls.totals import MediaTotals
from edge_interpreter.pipeline.pipeline import Pipeline
from edge_interpreter.rooms.wishes import NONE
from edge_interpreter.server.cluster_figures import of_cluster
from edge_interpreter.server.devices import microphones
from edge_interpreter.server.model_states import model_states
from edge_interpreter.server.record_figures import of_records
from edge_interpreter.server.services import Services
from edge_interpreter.server.voice_processes import voice_starts
from edge_interpreter.telemetry.exposition import counter, facts, gauge
from edge_interpreter.telemetry.labels import Labels
from edge_interpreter.telemetry.processes import processes

_reason = Labels()


def of_services(services: Services) -> Iterator[Metric]:
    """Everything that belongs to the event loop: to be read there."""
    yield gauge("ready", "1 where new speakers can be taken.", float(services.serving))
    yield from _of_utterances(services.pipeline)
    yield from _of_load(services)
    yield from of_cluster(services.pipeline.engines)
    yield from _of_rooms(services)
    yield from _of_models(services)
    yield from _of_calls(services.calls.board if services.calls else None)
    yield from of_records(services)


def of_machine(services: Services) -> Iterator[Metric]:
    """What the machine gives; reads files, so not on the event loop."""
    yield facts(
        "build_info",
        "Version of the product and of Python.",
        [{"version": __version__, "python": platform.python_version()}],
    )
    text = "When it was started, Unix time."
    yield gauge("start_timestamp_seconds", text, services.started)
    running = processes()
    by = "process"
    yield gauge("processes", "Processes of the product.", running.count, by)
    yield gauge("process_resident_bytes", "Memory they hold.", running.resident, by)
    yield counter("process_cpu_seconds", "Processor time they used.", running.cpu_s, by)
    yield gauge("microphones", "Sound inputs of the box.", microphones())
    places = {
        "models": services.config.models.directory,
        "state": services.config.server.state,
    }
    usage = {name: shutil.disk_usage(_existing(path)) for name, path in places.items()}
    free = {name: float(each.free) for name, each in usage.items()}
    size = {name: float(each.total) for name, each in usage.items()}
    yield gauge("disk_free_bytes", "Free space where it writes or reads.", free, "directory")
    yield gauge("disk_size_bytes", "Size of that file system.", size, "directory")
    expiry = services.certificate_expires
    certificate = {"https": expiry} if expiry is not None else {}
    text = "When the certificate ends, Unix time."
    yield gauge("certificate_expiry_timestamp_seconds", text, certificate, "certificate")


def _of_utterances(pipeline: Pipeline) -> Iterator[Metric]:
    ledger = pipeline.ledger
    yield counter("utterances_received", "Utterances and typed lines that came in.", ledger.entered)
    yield counter("utterances_delivered", "Utterances delivered.", ledger.done)
    text = "Utterances lost, by reason."
    yield counter("utterances_dropped", text, _named(ledger.dropped - ledger.withheld), "reason")
    text = "Utterances recognised and not shown, since a check failed, by reason."
    yield counter("utterances_withheld", text, _named(ledger.withheld), "reason")
    yield gauge("utterances_in_flight", "Utterances in hand.", ledger.in_flight)
    text = "Captions or voices of delivered utterances that were left out, by reason."
    yield counter("parts_skipped", text, _named(ledger.skipped), "reason")
    text = "Sound recognised, guesses and partials included."
    yield counter("recognised_sound_seconds", text, ledger.recognised_ms / 1000)
    text = "Sound recognised for nothing, since the speaker went on."
    yield counter("speculation_wasted_seconds", text, ledger.wasted_ms / 1000)


def _of_load(services: Services) -> Iterator[Metric]:
    pipeline = services.pipeline
    snapshot = pipeline.snapshot()
    text = "Work that waits for an engine: utterances, sentences, clauses."
    yield gauge("queue_depth", text, _floats(snapshot.waiting), "queue")
    text = "Age of the oldest utterance in hand."
    yield gauge("queue_age_seconds", text, snapshot.oldest_ms / 1000)
    text = "How late a caption may be."
    yield gauge("lag_budget_seconds", text, pipeline.config.pipeline.lag_budget_ms / 1000)
    text = "What is given up to keep up: 0 nothing, to 5 the oldest utterance."
    yield gauge("lag_level", text, int(snapshot.lag_level))
    yield gauge("overloaded", "1 where no more speakers are taken.", float(pipeline.overloaded))
    factor = services.watching.real_time_factor()
    text = "Seconds of recognition for a second of sound, over the last minute."
    yield gauge(
        "real_time_factor", text, {} if factor is None else {"recogniser": factor}, "engine"
    )
    text = "1 where an engine has work and finishes none of it."
    stuck = dict.fromkeys(("recogniser", "synthesiser", "translator", "voice_activity"), 0.0)
    yield gauge("engine_stuck", text, stuck | dict.fromkeys(services.stuck, 1.0), "engine")


def _of_rooms(services: Services) -> Iterator[Metric]:
    rooms = services.rooms.all()
    people = [one for room in rooms for one in room.participants.values()]
    yield gauge("rooms", "Open rooms.", len(rooms))
    yield gauge(
        "rooms_active", "Rooms with somebody in them.", sum(bool(r.participants) for r in rooms)
    )
    yield gauge("participants", "People and devices in rooms.", len(people))
    listening = {
        "captions": float(sum(one.wishes.captions and bool(one.wishes.target) for one in people)),
        "speech": float(sum(one.wishes.audio and bool(one.wishes.target) for one in people)),
    }
    yield gauge("listeners", "Participants who get a translation.", listening, "wants")
    yield gauge(
        "speakers",
        "Participants who may be heard.",
        sum(one.wishes.speaks != NONE for one in people),
    )
    yield gauge(
        "streams", "Speakers in the pipeline, calls included.", services.pipeline.snapshot().streams
    )
    yield gauge("connections", "WebSocket connections to rooms.", len(services.sessions))


def _of_models(services: Services) -> Iterator[Metric]:
    engines = services.pipeline.engines
    rows = [
        {
            "role": one.role,
            "model": one.model,
            "licence": one.licence or "unknown",
            "non_commercial": str(one.non_commercial).lower(),
        }
        for one in model_states(services.config, engines)
    ]
    yield facts("model_info", "The models in use and their licences.", rows)
    yield gauge("engines_warm", "1 where every engine was used once.", float(engines.warm))
    text = "How long the models of an engine took to load."
    yield gauge("model_load_seconds", text, engines.loaded_s, "engine")
    loads = dict.fromkeys(engines.loaded_s, 1.0)
    yield counter("model_loads", "Times the models of an engine were loaded.", loads, "engine")
    starts = voice_starts(engines.synthesiser)
    if services.calls and services.calls.sip:
        starts["sip"] = services.calls.sip.starts
    text = "Times a process of its own was started; more than one: it died."
    yield counter("process_starts", text, _floats(starts), "process")


def _of_calls(board: Switchboard | None) -> Iterator[Metric]:
    known = (state.value for state in CallState if state is not CallState.ENDED)
    states = dict.fromkeys(known, 0.0)
    for call in board.calls.values() if board else ():
        states[call.state.value] = states.get(call.state.value, 0.0) + 1
    yield gauge("calls", "Calls, by how far they are.", states, "state")
    yield gauge("calls_limit", "Most calls at once.", board.admission.limit if board else 0)
    yield counter("calls_refused", "Calls not taken.", board.refused if board else 0)
    ended = board.totals.ended if board else Counter[str]()
    yield counter("calls_ended", "Calls that ended, by cause.", _named(ended), "cause")
    yield from _of_media(board.media() if board else MediaTotals())
    clock = board.ticker.stats if board else TickerStats()
    late = clock.ticks - clock.on_time
    ticks = {"on_time": clock.on_time, "late": late, "skipped": clock.skipped}
    text = "Ticks of the clock of calls; late: by more than 5 ms."
    yield counter("call_ticks", text, _floats(ticks), "kept")


def _of_media(media: MediaTotals) -> Iterator[Metric]:
    frames = {
        "received": media.received,
        "concealed": media.concealed,
        "sent": media.sent,
        "dropped": media.dropped,
    }
    text = "Frames of 20 ms; concealed: lost or late, and made up; dropped: too many waited."
    yield counter("call_frames", text, _floats(frames), "kind")
    yield counter("call_underruns", "Times nothing was there to be sent in time.", media.underruns)
    text = "Packets not the peer's, or malformed."
    yield counter("call_packets_ignored", text, media.ignored_packets)
    yield counter("call_packets_lost", "Packets that did not come by their turn.", media.lost)
    yield counter("call_packets_late", "Packets that came after their turn.", media.late)
    text = "Longest that the last packet of a call waited in its jitter buffer."
    yield gauge("call_jitter_seconds", text, media.jitter_ms / 1000)


def _floats(counts: Mapping[str, int]) -> dict[str, float]:
    return {name: float(count) for name, count in counts.items()}


def _named(counts: Counter[str]) -> dict[str, float]:
    named: Counter[str] = Counter()
    for reason, count in counts.items():
        named[_reason(reason)] += count
    return {reason: float(count) for reason, count in named.items()}


def _existing(path: Path) -> Path:
    return next((place for place in (path, *path.absolute().parents) if place.exists()), Path("/"))
