"""The transcripts that a configuration means, with their key."""

import os
from collections.abc import Mapping
from pathlib import Path

from edge_interpreter.config.tree import Config
from edge_interpreter.database.opening import open_database
from edge_interpreter.transcripts.key import find_key
from edge_interpreter.transcripts.store import Store

FILE = "transcripts.sqlite3"
"""Its name in the state directory, where no server is configured."""


def open_store(config: Config, environment: Mapping[str, str] = os.environ) -> tuple[Store, Path]:
    """The store, which is not asked yet, and where its key lies. Raises UserError."""
    state = config.server.state
    key, path = find_key(config.transcripts.key_file, state, environment)
    return Store(open_database(config.database, state / FILE), key), path
