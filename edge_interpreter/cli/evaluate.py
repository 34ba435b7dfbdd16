"""`edge-interpreter evaluate --manifest FILE.jsonl`: how true the pipeline is on recordings."""

import argparse
import json
from pathlib import Path
from typing import Any


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "evaluate",
        help="score recognition and translation on recordings with known texts",
        description='A line of the manifest: {"audio": "a.wav", "language": "en", "text": "…",'
        ' "translations": {"fr": "…"}}; paths are relative to it. Language "none" is for'
        " recordings without speech: all that is heard in them is counted as invented.",
    )
    parser.add_argument("--manifest", type=Path, required=True, metavar="FILE")
    parser.add_argument("--given-language", action="store_true", help="do not identify languages")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out."""
    from edge_interpreter.config import load_config
    from edge_interpreter.engines.loading import load_engines
    from edge_interpreter.evaluation.scores import evaluate, read_manifest

    recordings = read_manifest(args.manifest)
    config = load_config(args.config)
    engines = load_engines(config)
    try:
        figures = evaluate(recordings, engines, config, given_language=args.given_language)
    finally:
        engines.close()
    print(json.dumps(figures, ensure_ascii=False) if args.json else _table(figures))
    return 0


def _table(figures: dict[str, Any]) -> str:
    lines = []
    for language, found in figures["languages"].items():
        shown = ", ".join(f"{name} {value}" for name, value in found.items())
        lines.append(f"{language}: {shown}")
    return "\n".join(lines)
