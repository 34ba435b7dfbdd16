"""Where the parts of an installed product lie."""

import re
from dataclasses import dataclass
from pathlib import Path

NAME = "edge-interpreter"
HOST_ROOT = Path("/")
_PREFIXES = (f"/opt/{NAME}", f"/etc/{NAME}", f"/var/lib/{NAME}")
_STATE = re.compile(r'^(\w+ *= *)"state((?:/[^"]*)?)"', re.MULTILINE)
_MODELS = re.compile(r'^(directory *= *)"models/weights"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Layout:
    """The places below `root`, which is `/` but in a trial; then every path carries the prefix."""

    root: Path = HOST_ROOT

    @property
    def trial(self) -> bool:
        """Whether this is an installation in a directory, which leaves the host alone."""
        return self.root != HOST_ROOT

    @property
    def program(self) -> Path:
        """The releases, and links to the one in use and the one before."""
        return self.root / "opt" / NAME

    @property
    def versions(self) -> Path:
        """One directory for each release."""
        return self.program / "versions"

    @property
    def current(self) -> Path:
        """Link to the release in use."""
        return self.program / "current"

    @property
    def previous(self) -> Path:
        """Link to the release that was in use before."""
        return self.program / "previous"

    @property
    def script(self) -> Path:
        """The installation script, for rolling back and removing."""
        return self.program / "install"

    @property
    def settings(self) -> Path:
        """The administrator's directory."""
        return self.root / "etc" / NAME

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.settings / "config.toml"

    @property
    def drop_ins(self) -> Path:
        """Files that override the configuration file."""
        return self.settings / "config.d"

    @property
    def trusted_keys(self) -> Path:
        """Public keys whose bundles are accepted."""
        return self.settings / "trusted-keys"

    @property
    def data(self) -> Path:
        """What the product itself keeps."""
        return self.root / "var/lib" / NAME

    @property
    def models(self) -> Path:
        """The weights."""
        return self.data / "models"

    @property
    def state(self) -> Path:
        """Secrets, certificates and records."""
        return self.data / "state"

    @property
    def units(self) -> Path:
        """The units of systemd."""
        return self.root / "etc/systemd/system"

    @property
    def command(self) -> Path:
        """The command on everybody's path."""
        return self.root / "usr/local/bin" / NAME

    def adapt_unit(self, text: str) -> str:
        """A unit file with the paths of this layout."""
        if self.trial:
            for prefix in _PREFIXES:
                text = text.replace(prefix, f"{self.root}{prefix}")
        return text

    def adapt_config(self, text: str) -> str:
        """The product's default configuration with the places of an installed product.

        Raises ValueError where the text does not name the places that are to be replaced.
        """
        text, models = _MODELS.subn(rf'\1"{self.models}"', text)
        text, state = _STATE.subn(rf'\1"{self.state}\2"', text)
        if not models or not state:
            raise ValueError("the default configuration names no models or no state directory")
        return text
