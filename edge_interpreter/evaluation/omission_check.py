"""How far the measure of omissions can be trusted: words are left out on purpose and looked for.

python -m edge_interpreter.evaluation.omission_check --recordings en=DIR --to fr
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_interpreter.config import load_config
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.loading import load_translator
from edge_interpreter.engines.protocols import TranslationRequest
from edge_interpreter.errors import UserError
from edge_interpreter.evaluation.function_words import content_words
from edge_interpreter.evaluation.language_scores import share
from edge_interpreter.evaluation.likelihood import open_likelihood
from edge_interpreter.evaluation.omission import omissions

FEWEST_WORDS = 3


def check_omissions(
    texts: Sequence[str], source: str, target: str, config: Config, seed: int = 1
) -> dict[str, Any]:
    """Translate each text without one or two neighbouring content words, and look for them.

    `found` is the share of deleted words that are reported, `false_alarms` that of the others;
    `reported_of_whole` that of all content words when nothing was deleted. Raises UserError for a
    pair that cannot be judged.
    """
    translator = load_translator(config)
    model = open_likelihood(config, translator, source, target)
    if model is None:
        raise UserError(f"no OPUS-MT models of {source} and {target} both ways")
    rng = random.Random(seed)  # noqa: S311 - the same deletions every time
    deleted = found = kept = alarms = words = reported = 0
    for text in texts:
        places = list(content_words(text, source))
        if len(places) < FEWEST_WORDS:
            continue
        size = rng.choice((1, 2))
        first = rng.randrange(len(places) - size + 1)
        cut = places[first : first + size]
        rest = " ".join((text[: cut[0].start()] + text[cut[-1].end() :]).split())
        asked = [TranslationRequest(each, source, target) for each in (text, rest)]
        whole, shortened = translator.translate(asked)
        omitted = omissions(text, shortened.text, source, model).omitted
        gone = {place.group() for place in cut}
        deleted += len(gone)
        found += len(gone & set(omitted))
        others = {place.group() for place in places} - gone
        kept += len(others)
        alarms += len(others & set(omitted))
        words += len(places)
        reported += len(omissions(text, whole.text, source, model).omitted)
    return {
        "pair": f"{source}-{target}",
        "deleted": deleted,
        "found": share(found, deleted, 3),
        "others": kept,
        "false_alarms": share(alarms, kept, 3),
        "whole": words,
        "reported_of_whole": share(reported, words, 3),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of a folder of texts; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--recordings", required=True, metavar="TAG=DIR", help="NAME.txt files")
    parser.add_argument("--to", required=True, metavar="TAG")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--config", type=Path, metavar="FILE")
    args = parser.parse_args(arguments)
    source, _, folder = args.recordings.partition("=")
    paths = sorted(Path(folder).glob("*.txt"))[: args.limit]
    try:
        texts = [path.read_text("utf-8").strip() for path in paths]
        figures = check_omissions(texts, source, args.to, load_config(args.config))
    except (UserError, OSError) as error:
        print(f"omission_check: {error}", file=sys.stderr)
        return 2
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
