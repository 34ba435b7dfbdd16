"""Whisper: features, tokens, decoding and checks."""

from edge_interpreter.engines.whisper.recogniser import WhisperRecogniser

__all__ = ["WhisperRecogniser"]
