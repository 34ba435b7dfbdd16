"""Silero, Whisper, NLLB/OPUS, Piper and others behind four small protocols."""
