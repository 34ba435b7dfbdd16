"""Speech-to-speech interpretation on one box, with nothing leaving it."""

import os

# ONNX Runtime would look for its maker's servers: nothing leaves, not even the attempt.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
