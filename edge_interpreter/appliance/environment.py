"""What the programs of a release are told of our own environment."""

import os


def without_python() -> dict[str, str]:
    """Our environment, but for what would lead another Python astray."""
    return {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}


def bare() -> dict[str, str]:
    """No more than where programs and temporary files are; pip reads no configuration."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {"LC_ALL": "C.UTF-8", "PIP_CONFIG_FILE": os.devnull, **kept}
