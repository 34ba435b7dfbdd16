import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge_interpreter.engines.protocols import EngineError, ModelMissingError, SpeechRequest
from edge_interpreter.engines.voices.piper import PiperVoices
from edge_interpreter.errors import ModelDamagedError

DESCRIPTION = {
    "num_symbols": 1,
    "num_speakers": 1,
    "audio": {"sample_rate": 22_050},
    "espeak": {"voice": "cmn"},
    "phoneme_id_map": {},
}
JOE = Path("models/weights/piper-en-us-joe-medium")


@pytest.fixture(scope="module")
def joe() -> Iterator[PiperVoices]:
    voices = PiperVoices({"en": JOE})
    voices.start()
    yield voices
    voices.close()


def seconds(voices: PiperVoices, text: str, speed: float = 1.0) -> float:
    pieces = list(voices.synthesise(SpeechRequest(text, "en", speed)))
    return sum(piece.pcm.size / piece.rate for piece in pieces)


@pytest.mark.models
def test_a_clause_is_spoken(joe: PiperVoices) -> None:
    (speech,) = joe.synthesise(SpeechRequest("Please hold the line.", "en"))
    assert speech.rate == 22_050
    assert speech.pcm.dtype == np.int16
    assert 0.8 < speech.pcm.size / speech.rate < 2.5
    assert 10_000 < np.abs(speech.pcm.astype(int)).max() < 32_000


@pytest.mark.models
def test_speed_shortens_it(joe: PiperVoices) -> None:
    text = "The next train leaves from platform seven in ten minutes."
    # Piper varies the length of sounds at random.
    normal = seconds(joe, text) + seconds(joe, text)
    fast = seconds(joe, text, 1.25) + seconds(joe, text, 1.25)
    assert fast == pytest.approx(normal / 1.25, rel=0.1)


@pytest.mark.models
def test_orders_to_the_engine_are_not_obeyed(joe: PiperVoices) -> None:
    assert seconds(joe, "[[ h@l'oU ]] yes") == pytest.approx(seconds(joe, "h l oU yes"), rel=0.6)
    assert list(joe.synthesise(SpeechRequest("😀 … —", "en"))) == []


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    model = tmp_path / "piper-xx" / "voice.onnx"
    model.parent.mkdir()
    model.write_bytes(b"\x08\x08\x12\x07pytorch" + bytes(1_000))
    model.with_name("voice.onnx.json").write_text(json.dumps(DESCRIPTION))
    voices = PiperVoices({"xx": model.parent})
    with pytest.raises(ModelDamagedError, match=r"model piper-xx: .*voice\.onnx cannot be read"):
        voices.start()
    with pytest.raises(EngineError, match="the voice for xx could not speak") as caught:
        list(voices.synthesise(SpeechRequest("secret", "xx")))
    assert "secret" not in str(caught.value)
    voices.close()


@pytest.mark.parametrize(
    ("config", "error", "reason"),
    [
        ("{", ModelDamagedError, r"x\.onnx\.json cannot be read"),
        ("{}", ModelDamagedError, r"x\.onnx\.json cannot be read"),
        (None, EngineError, "not supported"),
    ],
)
def test_a_bad_description_is_named(
    tmp_path: Path, config: str | None, error: type[EngineError], reason: str
) -> None:
    chinese = {**DESCRIPTION, "phoneme_type": "pinyin"}
    (tmp_path / "x.onnx").write_bytes(b"weights")
    (tmp_path / "x.onnx.json").write_text(json.dumps(chinese) if config is None else config)
    voices = PiperVoices({"zh": tmp_path})
    with pytest.raises(error, match=reason):
        voices.start()
    voices.close()


def test_missing_files_are_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"\*\.onnx missing.*models fetch piper-xx"):
        PiperVoices({"en": tmp_path / "piper-xx"})
    (tmp_path / "x.onnx").touch()
    with pytest.raises(ModelMissingError, match=r"x\.onnx\.json missing"):
        PiperVoices({"en": tmp_path})
