"""`edge-interpreter doctor`: what is in order on this box, what is not, and what to do."""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_interpreter.doctor.finding import Finding

SELF_TEST = "self-test"


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="look at this box: hardware, models, ports, certificates, a self-test",
        description="Look at everything the product needs. Ends with 0 where there is no problem,"
        " with 1 where there is one. Nothing is changed; the network is asked only for the SIP"
        " trunks, the proxy of several boxes and the database that are configured.",
    )
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--no-self-test", action="store_true", help="do not load the engines (seconds, memory)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out."""
    from edge_interpreter.doctor.examination import EXAMINATIONS, examine, see
    from edge_interpreter.doctor.finding import Status

    chosen = tuple(
        each for each in EXAMINATIONS if not (args.no_self_test and each.name == SELF_TEST)
    )
    found: list[tuple[str, Finding]] = []
    for name, finding in examine(see(args.config), chosen):
        found.append((name, finding))
        if not args.json:
            _print(name, finding)
    counts = Counter(finding.status for _, finding in found)
    healthy = not counts[Status.PROBLEM]
    if args.json:
        print(json.dumps(_described(found, healthy=healthy), ensure_ascii=False))
    else:
        print(", ".join(f"{status.value}: {counts[status]}" for status in Status))
    return 0 if healthy else 1


def _print(name: str, finding: "Finding") -> None:
    print(f"{finding.status.value:8} {name:14} {finding.text}", flush=True)
    if finding.advice:
        print(f"{'':24}{finding.advice}", flush=True)


def _described(found: "list[tuple[str, Finding]]", *, healthy: bool) -> dict[str, Any]:
    return {
        "ok": healthy,
        "findings": [
            {
                "check": name,
                "status": finding.status.value,
                "text": finding.text,
                "advice": finding.advice,
                "details": dict(finding.details),
            }
            for name, finding in found
        ],
    }
