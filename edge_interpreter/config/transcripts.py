"""The `[transcripts]` table: what was said, kept on disk."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from edge_interpreter.config.section import Section


def _notice() -> dict[str, str]:
    return {
        "ar": "تُترجَم هذه المكالمة آليًا ويُحفظ نصها كتابةً.",
        "de": "Dieses Gespräch wird maschinell gedolmetscht und schriftlich festgehalten.",
        "en": "This call is interpreted by a machine and kept in writing.",
        "es": "Una máquina interpreta esta llamada y la guarda por escrito.",
        "fr": "Cet appel est interprété par une machine et conservé par écrit.",
        "it": "Questa chiamata è interpretata da una macchina e conservata per iscritto.",
        "ja": "この通話は機械によって通訳され、文字で記録されます。",
        "pt": "Esta chamada é interpretada por uma máquina e guardada por escrito.",
        "zh": "本次通话由机器口译，并保存文字记录。",
    }


class Transcripts(Section):
    """What was said, kept on disk, encrypted; nothing is kept unless `enabled`.

    `key_file` holds the key; without, a credential of systemd named `transcript-key`, else a key
    made in the state directory, which protects nothing from who takes the whole disk. After
    `keep_days` lines are deleted. `notice` is spoken to both sides of a call, by language; a call
    is kept only from when both have heard it.
    """

    enabled: bool = False
    key_file: Path | None = None
    keep_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    notice: dict[str, str] = Field(default_factory=_notice)
