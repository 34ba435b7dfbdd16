"""The one configuration tree: typed, read once, refused with a clear message."""

from edge_interpreter.config.load import ConfigError, load_config
from edge_interpreter.config.tree import Config

__all__ = ["Config", "ConfigError", "load_config"]
