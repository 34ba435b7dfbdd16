"""`edge-interpreter evaluate --manifest FILE.jsonl`: how true the pipeline is on recordings."""

import argparse
import json
from pathlib import Path
from typing import Any

_MANIFEST = """\
A line of the manifest is a JSON object; paths are relative to the file:

  {"audio": "a.wav", "language": "en", "text": "…", "translations": {"fr": "…"}, "to": ["de"]}
      speech; "to" are further languages to translate into
  {"audio": "b.wav", "segments": [{"language": "en", "text": "…", "start_s": 0, "end_s": 2.1}, …]}
      a speaker who changes language
  {"audio": "c.wav", "language": "none", "kind": "music"}
      no speech: all that is heard is counted as invented
  {"audio": "d.wav", "language": "en", "text": "…", "background": "…", "kind": "crosstalk"}
      somebody else in the background, who is not to be heard

Sets of all four kinds are made by: python -m edge_interpreter.evaluation.make_sets --help
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "evaluate",
        help="score recognition and translation on recordings with known texts",
        description=_MANIFEST,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--manifest", type=Path, required=True, metavar="FILE")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="the first N lines only")
    parser.add_argument("--given-language", action="store_true", help="do not identify languages")
    parser.add_argument(
        "--realtime", action="store_true", help="at the speed of speech: LAAL, Normalized Erasure"
    )
    parser.add_argument(
        "--voices", type=int, default=0, metavar="N", help="also speak N sentences a language"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out."""
    from edge_interpreter.config import load_config
    from edge_interpreter.engines.loading import load_engines
    from edge_interpreter.evaluation.manifest import read_manifest
    from edge_interpreter.evaluation.scores import evaluate

    recordings = read_manifest(args.manifest)[: args.limit or None]
    config = load_config(args.config)
    engines = load_engines(config)
    try:
        figures = evaluate(
            recordings,
            engines,
            config,
            given_language=args.given_language,
            realtime=args.realtime,
            voices=args.voices,
        )
    finally:
        engines.close()
    print(json.dumps(figures, ensure_ascii=False) if args.json else _table(figures))
    return 0


def _table(figures: dict[str, Any]) -> str:
    lines = []
    for section, found in figures.items():
        rows = {"": found} if section == "switches" else found
        for name, row in rows.items():
            lines.append(f"{section} {name}".rstrip())
            lines += [f"  {field}: {_shown(value)}" for field, value in row.items()]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "".join(f"\n    {_shown(each)}" for each in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items()) or "none"
    return "-" if value is None else str(value)
