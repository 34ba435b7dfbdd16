"""What the machine has to offer: sound inputs, graphics processors."""

import functools
from pathlib import Path

_SOUND = Path("/dev/snd")


def microphones() -> int:
    """How many sound inputs there are.

    Looks at the device files of ALSA: PortAudio would have to be started again, and writes to
    standard error. (Linux, sound/core/sound.c: a capture device is named pcmC0D0c.)
    """
    return sum(1 for _ in _SOUND.glob("pcmC*D*c"))


@functools.cache
def graphics_processors() -> int:
    """How many CUDA devices the engines can use."""
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())
