"""`edge-interpreter bench capacity`: what this machine carries, and how many it takes."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_interpreter.evaluation.capacity_bench import Assumptions, Wanted

Figures = dict[str, Any]
_FLATTERS = (
    "Simulated. Near the limit that flatters: plan with two thirds of it (docs/scale/planning.md)."
)
_NO_GPU = (
    "GPU: not measured here. Run this command with --json on a machine that has one, and give the"
    " file by --with."
)


def options(parser: argparse.ArgumentParser) -> None:
    """What is assumed and asked."""
    parser.add_argument(
        "--audio", type=Path, required=True, metavar="DIR", help="recordings in DIR/en, DIR/fr, …"
    )
    parser.add_argument(
        "--limit", type=int, default=24, metavar="N", help="the first N of each language (24)"
    )
    parser.add_argument("--config", type=Path, metavar="FILE")
    _assumptions(parser.add_argument_group("assumptions"))
    asked = parser.add_argument_group("questions")
    asked.add_argument(
        "--rooms",
        type=int,
        nargs="+",
        default=(10, 60),
        metavar="N",
        help="boxes for so many rooms at once (10 60)",
    )
    asked.add_argument(
        "--calls",
        type=int,
        nargs="+",
        default=(10, 100, 300, 1_000),
        metavar="N",
        help="boxes for so many calls at once (10 100 300 1000)",
    )
    asked.add_argument(
        "--with",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        dest="others",
        help="what --json printed on another machine; may be repeated",
    )
    asked.add_argument(
        "--check",
        type=int,
        nargs="+",
        default=(),
        metavar="N",
        help="also hear so many speakers for real, in real time, beside the simulation",
    )
    asked.add_argument("--check-seconds", type=int, default=30, metavar="S", help="of each (30)")


def _assumptions(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--room-speech",
        type=_share,
        default=0.8,
        metavar="SHARE",
        help="of the time in which somebody speaks in a room (0.8)",
    )
    group.add_argument(
        "--call-speech",
        type=_share,
        default=0.4,
        metavar="SHARE",
        help="the same of a call (0.4); nobody answers before the translation was heard",
    )
    group.add_argument(
        "--languages",
        type=int,
        default=1,
        metavar="N",
        help="that listeners of a room hear, besides the one spoken (1)",
    )
    group.add_argument(
        "--room-goal",
        type=float,
        default=2.5,
        metavar="S",
        help="95th percentile from the end of speech to the first translated sound (2.5)",
    )
    group.add_argument(
        "--call-goal", type=float, default=1.8, metavar="S", help="the same of calls (1.8)"
    )
    group.add_argument(
        "--call-media",
        type=float,
        default=0.022,
        metavar="CORES",
        help="that the sound of a call keeps busy: bench calls --engines timer (0.022)",
    )
    group.add_argument(
        "--call-path",
        type=float,
        default=0.21,
        metavar="S",
        help="that sound is on its way in packets and buffers: bench calls (0.21)",
    )
    group.add_argument(
        "--blocking",
        type=_share,
        default=0.01,
        metavar="SHARE",
        help="of calls that may find no place (0.01)",
    )
    group.add_argument("--seed", type=int, default=1)


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text}: a share above 0, at most 1")
    return share


def assumed(args: argparse.Namespace) -> "Assumptions":
    """What the options say is taken for granted."""
    from edge_interpreter.evaluation.capacity_bench import Assumptions

    return Assumptions(
        room_speech=args.room_speech,
        call_speech=args.call_speech,
        languages=args.languages,
        room_goal_s=args.room_goal,
        call_goal_s=args.call_goal,
        call_media=args.call_media,
        call_path_s=args.call_path,
        blocking=args.blocking,
        seed=args.seed,
    )


def wanted(args: argparse.Namespace) -> "Wanted":
    """What the options ask."""
    from edge_interpreter.evaluation.capacity_bench import Wanted

    return Wanted(args.rooms, args.calls, args.others, args.check, args.check_seconds)


def lines(figures: Figures) -> Iterator[str]:
    """The figures for people."""
    machine, assumed = figures["machine"], figures["assumptions"]
    yield f"{machine['cores']} cores; seconds of speech that each stage does in a second:"
    for name, stage in machine["stages"].items():
        batched = stage["batched_speech_per_second"]
        more = f", {batched} in batches" if stage["max_batch"] > 1 and batched else ""
        yield f"  {name}: {stage['speech_per_second']}{more}"
    yield (
        f"Assumed: somebody speaks {assumed['room_speech']:.0%} of the time in a room,"
        f" {assumed['call_speech']:.0%} in a call; {assumed['languages']} translated into;"
        f" first sound within {assumed['room_goal_s']} s in rooms, {assumed['call_goal_s']} s in"
        " calls (95th percentile)."
    )
    yield from _carried("This machine", figures["carries"])
    twice = {name: 2 * figures["carries"][name] for name in ("rooms", "calls")}
    yield f"A second one like it: {twice['rooms']} rooms or {twice['calls']} calls on both."
    for other in figures["others"]:
        yield from _carried(f"With {other['file']}, that machine", other["carries"])
    if not any(stage["cost"]["on_gpu"] for stage in machine["stages"].values()):
        yield _NO_GPU
    yield from _planned(figures["plan"], assumed["blocking"])
    yield _FLATTERS
    yield from _checked(figures["check"])


def _carried(who: str, carries: dict[str, int]) -> Iterator[str]:
    yield (
        f"{who} carries {carries['rooms']} rooms, or {carries['calls']} calls,"
        f" or one room with {carries['languages_of_one_room']} languages."
    )


def _planned(plan: Figures, blocking: float) -> Iterator[str]:
    for kind in ("rooms", "calls"):
        for row in plan[kind]:
            yield f"{row['at_once']} {kind} at once: {_boxes(row)}"
    for row in plan["offered_erlangs"]:
        yield (
            f"{row['offered']} calls on average in the busy hour, {blocking:.0%} refused:"
            f" {row['at_once']} at once, {_boxes(row)}"
        )


def _boxes(row: Figures) -> str:
    if row["boxes"] is None:
        return "not within the goal"
    return "1 box" if row["boxes"] == 1 else f"{row['boxes']} boxes"


def _checked(check: list[Figures]) -> Iterator[str]:
    for row in check:
        simulated, measured, error = row["simulated_ms"], row["measured_ms"], row["error_percent"]
        yield (
            f"{row['speakers']} speakers: simulated p50 {simulated['p50']} p95 {simulated['p95']}"
            f" ms, measured {measured['p50']} and {measured['p95']} ms"
            f" ({error['p50']:+} %, {error['p95']:+} %)"
        )
