"""`edge-interpreter interpret FILE --to fr`: a file in, captions and translated speech out."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_interpreter.capture.file import FileSource, StdinSource
    from edge_interpreter.cli.interpret_output import Output
    from edge_interpreter.config import Config
    from edge_interpreter.engines.loading import Engines


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "interpret",
        help="interpret a file: captions to the terminal, speech and subtitles to a folder",
        description="Interpret a recording. `-` reads raw PCM (16-bit, 16 kHz, mono) from standard"
        " input.",
    )
    parser.add_argument("file", help="any format that FFmpeg reads, or - for standard input")
    parser.add_argument("--to", required=True, metavar="TAGS", help="target languages: fr or fr,de")
    parser.add_argument("--from", dest="source", default="auto", metavar="TAG")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write speech and subtitles there")
    parser.add_argument("--realtime", action="store_true", help="read no faster than it plays")
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out."""
    from edge_interpreter.capture.file import FileSource, StdinSource
    from edge_interpreter.cli.interpret_output import Output
    from edge_interpreter.config import load_config
    from edge_interpreter.engines.loading import load_engines
    from edge_interpreter.languages import normalise
    from edge_interpreter.pipeline.feeding import unhurried

    config = load_config(args.config)
    targets = tuple(dict.fromkeys(normalise(tag) for tag in args.to.split(",")))
    source = None if args.source == "auto" else normalise(args.source)
    if not args.realtime:
        config = unhurried(config)
    sound: FileSource | StdinSource = (
        StdinSource() if args.file == "-" else FileSource(Path(args.file), realtime=args.realtime)
    )
    engines = load_engines(config)
    try:
        _require(engines, source, targets)
        with Output(_stem(args.file), targets, args.out, as_json=args.json) as output:
            asyncio.run(_interpret(config, engines, sound, source, output))
            if sound.warning:
                output.warn(sound.warning)
    finally:
        engines.close()
    return 0


async def _interpret(
    config: "Config",
    engines: "Engines",
    sound: "FileSource | StdinSource",
    source: str | None,
    output: "Output",
) -> None:
    from edge_interpreter.pipeline.demand import Demand
    from edge_interpreter.pipeline.feeding import feed
    from edge_interpreter.pipeline.pipeline import Pipeline
    from edge_interpreter.pipeline.stream import StreamSettings

    pipeline = Pipeline(engines, config)
    await pipeline.start()
    captions = frozenset(output.targets)
    speech = captions & engines.synthesiser.languages() if output.wants_speech else frozenset()
    settings = StreamSettings(source, config.recogniser.languages, partials=False)
    try:
        await feed(pipeline, sound.frames(), settings, Demand(captions, speech), output.take)
    finally:
        await pipeline.stop()
    output.summarise(pipeline.ledger)


def _require(engines: "Engines", source: str | None, targets: tuple[str, ...]) -> None:
    """Refuse languages that no installed model knows, before any work is done."""
    from edge_interpreter.errors import UserError

    if source is not None and source not in engines.recogniser.languages:
        raise UserError(f"--from {source}: the recogniser does not know this language")
    pairs = engines.translator.pairs()
    for target in targets:
        sources = {from_ for from_, to in pairs if to == target}
        if not sources or (source not in (None, target) and source not in sources):
            known = ", ".join(sorted({to for from_, to in pairs if source in (None, from_)}))
            raise UserError(
                f"--to {target}: no installed model translates into it; installed: {known};"
                " see: edge-interpreter models list"
            )


def _stem(file: str) -> str:
    return "stdin" if file == "-" else Path(file).stem
