"""`edge-interpreter bench …`: how soon and how much, measured on this machine."""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_interpreter.cli import capacity

if TYPE_CHECKING:
    from edge_interpreter.config import Config
    from edge_interpreter.engines.loading import Engines

Figures = dict[str, Any]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("bench", help="measure speed and capacity on this machine")
    kinds = parser.add_subparsers(title="benches", required=True, metavar="BENCH")
    _recogniser(_add(kinds, "recogniser", "beside plain faster-whisper, same weights", _recognise))
    _latency(_add(kinds, "latency", "end of speech to caption and voice, as a client", _measure))
    _captions(_add(kinds, "captions", "captions of what is spoken, beside other programs", _read))
    _partials(_add(kinds, "partials", "how early and how steady partial captions are", _watch))
    _overload(_add(kinds, "overload", "the scheduler under too much work, virtual time", _strain))
    _listeners(_add(kinds, "listeners", "caption fan-out to many listeners", _fan_out))
    _meeting(_add(kinds, "meeting", "people who take turns: order, losses, lag", _converse))
    _numbers(_add(kinds, "numbers", "how many numbers survive translation", _count))
    _overhead(_add(kinds, "overhead", "what the pipeline itself adds to the delay", _idle))
    _calls(_add(kinds, "calls", "telephone calls over SIP, with sipp as the peers", _telephone))
    _cluster(_add(kinds, "cluster", "what inference in a cluster adds to a request", _compare))
    _streams(_add(kinds, "streams", "how many speakers at once, against a simple loop", _climb))
    text = "what this machine carries, and how many it takes"
    capacity.options(_add(kinds, "capacity", text, _size, capacity.lines))


def _named(figures: Figures) -> Iterable[str]:
    return (f"{name}: {value}" for name, value in figures.items())


def _add(
    kinds: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    measure: Callable[[argparse.Namespace], Figures | list[Figures]],
    lines: Callable[[Figures], Iterable[str]] = _named,
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(name, help=text, description=text.capitalize() + ".")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=lambda args: _print(measure(args), None if args.json else lines))
    return parser


def _print(
    figures: Figures | list[Figures], lines: Callable[[Figures], Iterable[str]] | None
) -> int:
    for one in figures if isinstance(figures, list) else [figures]:
        if lines is None:
            print(json.dumps(one, ensure_ascii=False))
        else:
            print("\n".join(lines(one)), end="\n\n")
    return 0


def _audio(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", type=Path, required=True, metavar="DIR", help="recordings")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="the first N only")


def _engines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE")


def _with_engines(
    args: argparse.Namespace, measure: "Callable[[Engines, Config], Figures]"
) -> Figures:
    from edge_interpreter.config import load_config
    from edge_interpreter.engines.loading import load_engines

    config = load_config(args.config)
    engines = load_engines(config)
    try:
        return measure(engines, config)
    finally:
        engines.close()


def _recogniser(parser: argparse.ArgumentParser) -> None:
    _audio(parser)
    parser.add_argument("--language", metavar="TAG", help="what is spoken; else identified")
    parser.add_argument("--against", metavar="MODEL", help="our own with this model instead")
    _engines(parser)


def _recognise(args: argparse.Namespace) -> Figures:
    from edge_interpreter.config import load_config
    from edge_interpreter.evaluation.recogniser_bench import compare_recognisers

    return compare_recognisers(
        args.audio,
        load_config(args.config),
        language=args.language,
        limit=args.limit,
        against=args.against,
    )


def _latency(parser: argparse.ArgumentParser) -> None:
    _audio(parser)
    parser.add_argument("--to", required=True, metavar="TAG")
    parser.add_argument("--from", dest="source", default="auto", metavar="TAG")
    parser.add_argument("--url", metavar="URL", help="a running server (ws://…/ws)")


def _measure(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.latency_bench import latency

    return latency(args.audio, args.to, args.source, args.url, args.limit)


def _captions(parser: argparse.ArgumentParser) -> None:
    _audio(parser)
    parser.add_argument("--language", default="en", metavar="TAG", help="what is spoken (en)")
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        metavar="PROTOCOL=ADDRESS",
        help="one that runs: whisperlivekit=ws://HOST:PORT/asr or wyoming=tcp://HOST:PORT",
    )
    parser.add_argument(
        "--nonspeech", type=float, default=0.0, metavar="MINUTES", help="of noise and music (0)"
    )
    _engines(parser)


def _read(args: argparse.Namespace) -> Figures:
    from edge_interpreter.config import load_config
    from edge_interpreter.evaluation.captions_bench import captions

    return captions(
        args.audio,
        load_config(args.config),
        ("--config", str(args.config)) if args.config else (),
        language=args.language,
        limit=args.limit,
        peers=args.peer,
        nonspeech_minutes=args.nonspeech,
    )


def _partials(parser: argparse.ArgumentParser) -> None:
    _audio(parser)
    parser.add_argument("--to", metavar="TAG", help="of the translation into this language")
    _engines(parser)


def _watch(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.partials_bench import partials

    return _with_engines(
        args, lambda engines, config: partials(args.audio, engines, config, args.to, args.limit)
    )


def _overload(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--load", type=float, action="append", help="times capacity (default: 0.5, 1, 2 and 4)"
    )
    parser.add_argument("--minutes", type=int, default=60, help="virtual minutes (60)")
    parser.add_argument("--seed", type=int, default=1)


def _strain(args: argparse.Namespace) -> list[Figures]:
    from dataclasses import asdict

    from edge_interpreter.evaluation.overload_bench import LOADS, overload

    return [asdict(overload(load, args.minutes, args.seed)) for load in args.load or LOADS]


def _numbers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", default="en", metavar="TAG", help="en or fr")
    parser.add_argument("--to", default="fr", metavar="TAG")
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    _engines(parser)


def _count(args: argparse.Namespace) -> Figures:
    from dataclasses import asdict

    from edge_interpreter.config import load_config
    from edge_interpreter.engines.loading import load_translator
    from edge_interpreter.evaluation.numbers import evaluate_numbers

    translator = load_translator(load_config(args.config))
    report = evaluate_numbers(translator, args.source, args.to, args.cases, args.seed)
    return {"from": args.source, "to": args.to, **asdict(report)}


def _overhead(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--speakers", type=int, default=8, help="at once (8)")
    parser.add_argument("--seconds", type=int, default=20)


def _idle(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.overhead_bench import overhead

    return overhead(args.speakers, args.seconds)


def _streams(parser: argparse.ArgumentParser) -> None:
    _audio(parser)
    parser.add_argument("--to", required=True, metavar="TAG")
    parser.add_argument("--from", dest="source", metavar="TAG", help="what is spoken; else found")
    parser.add_argument("--seconds", type=int, default=30, help="of speech a speaker (30)")
    parser.add_argument(
        "--peer", metavar="wyoming=tcp://HOST:PORT", help="a recogniser of somebody else, running"
    )
    _engines(parser)


def _climb(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.peers import read_peer
    from edge_interpreter.evaluation.recogniser_bench import plain_recogniser
    from edge_interpreter.evaluation.streams_bench import streams
    from edge_interpreter.evaluation.wyoming_peer import WyomingPeer

    peer = WyomingPeer(read_peer(args.peer, ("wyoming",))[1]) if args.peer else None

    def measure(engines: "Engines", config: "Config") -> Figures:
        return streams(
            args.audio,
            args.to,
            engines,
            config,
            plain_recogniser(config, args.source),
            seconds=args.seconds,
            language=args.source,
            peer=peer,
        )

    return _with_engines(args, measure)


def _size(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.capacity_bench import capacity as measure_capacity

    assumed, wanted = capacity.assumed(args), capacity.wanted(args)
    return _with_engines(
        args,
        lambda engines, config: measure_capacity(
            args.audio, engines, config, assumed, wanted, args.limit
        ),
    )


def _cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", type=Path, required=True, metavar="DIR", help="recordings")
    parser.add_argument("--language", required=True, metavar="TAG", help="what is spoken")
    parser.add_argument("--to", required=True, metavar="TAG")
    _engines(parser)


def _compare(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.cluster_bench import cluster_overhead

    return _with_engines(
        args, lambda engines, _: cluster_overhead(args.audio, args.language, args.to, engines)
    )


def _calls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--calls", type=int, default=1, metavar="N", help="at once (1)")
    parser.add_argument(
        "--engines", choices=("real", "timer"), default="real", help="timer: the media alone"
    )
    parser.add_argument(
        "--audio", type=Path, metavar="DIR", help="prompts in DIR/en and DIR/fr (8 kHz WAV)"
    )
    _engines(parser)


def _telephone(args: argparse.Namespace) -> Figures:
    from edge_interpreter.config import load_config
    from edge_interpreter.evaluation.calls_bench import calls

    return calls(args.calls, args.engines, load_config(args.config), args.audio)


def _listeners(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--listeners", type=int, default=500, metavar="N")
    parser.add_argument("--languages", type=int, default=5, metavar="N")


def _fan_out(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.listeners_bench import listeners

    return listeners(args.listeners, args.languages)


def _meeting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audio", type=Path, required=True, metavar="DIR", help="recordings in DIR/en, DIR/fr, …"
    )
    parser.add_argument("--minutes", type=float, default=2.0, metavar="N", help="of real time (2)")
    parser.add_argument("--speakers", type=int, default=4, metavar="N")
    parser.add_argument("--languages", type=int, default=2, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", metavar="URL", help="a running server (ws://…/ws)")
    parser.add_argument("--token", metavar="TOKEN", help="to operate its room bench-meeting")
    _engines(parser)


def _converse(args: argparse.Namespace) -> Figures:
    from edge_interpreter.evaluation.meeting_bench import meeting

    return meeting(
        args.audio,
        args.config,
        minutes=args.minutes,
        speakers=args.speakers,
        languages=args.languages,
        seed=args.seed,
        url=args.url,
        token=args.token,
    )
