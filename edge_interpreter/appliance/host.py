"""The machine's own parts: the system user, owners, systemd, the firewall."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from edge_interpreter.appliance.environment import without_python
from edge_interpreter.appliance.layout import NAME, Layout
from edge_interpreter.errors import UserError

SERVICE = f"{NAME}.service"
_SYSTEMD = Path("/run/systemd/system")
_START_LIMIT_S = 300


class Host:
    """Changes the host, or in a trial leaves it alone."""

    def __init__(self, layout: Layout, *, start: bool) -> None:
        self._layout = layout
        self.starts = start and not layout.trial and _SYSTEMD.is_dir()

    def ensure_user(self) -> str:
        """Make the system user; what was done."""
        if self._layout.trial or _user_exists():
            return ""
        shell = "/usr/sbin/nologin"
        options = ["--system", "--user-group", "--no-create-home", "--shell", shell]
        _run("useradd", *options, "--home-dir", str(self._layout.data), NAME)
        return f"user {NAME}: made"

    def remove_user(self) -> str:
        """Remove the system user; what was done."""
        if self._layout.trial or not _user_exists():
            return ""
        _run("userdel", NAME)
        return f"user {NAME}: removed"

    def ensure_directory(self, path: Path, mode: int, *, owner: str = "root") -> str:
        """A directory of that mode and owner, with the product's group; what was done."""
        made = not path.is_dir()
        path.mkdir(parents=True, exist_ok=True)
        if made:
            path.chmod(mode)
            if not self._layout.trial:
                shutil.chown(path, owner, NAME if owner == NAME or mode & 0o007 == 0 else "root")
        return f"{path}: made" if made else ""

    def as_service(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as the system user, so that what it writes belongs to it."""
        if not self._layout.trial:
            command = ["runuser", "--user", NAME, "--", *command]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._layout.data,
            env=without_python(),
        )

    def reload_units(self) -> None:
        """Have systemd read the units again."""
        if self.starts:
            _run("systemctl", "daemon-reload")

    def start(self) -> str:
        """Enable the service and (re)start it; what is wrong, empty once it is ready."""
        if not self.starts:
            return ""
        _run("systemctl", "enable", "--quiet", SERVICE)
        try:
            done = subprocess.run(
                ["systemctl", "restart", SERVICE],
                capture_output=True,
                text=True,
                check=False,
                timeout=_START_LIMIT_S,
            )
        except subprocess.TimeoutExpired:
            return f"{SERVICE} was not ready after {_START_LIMIT_S} s"
        return done.stderr.strip().splitlines()[0] if done.returncode else ""

    def stop(self) -> str:
        """Stop and disable the service, whatever state it is in; what was done."""
        if not self.starts:
            return ""
        command = ["systemctl", "disable", "--quiet", "--now", SERVICE]
        subprocess.run(command, capture_output=True, check=False)
        return f"{SERVICE}: stopped and disabled"

    def running(self) -> bool:
        """Whether the service is up."""
        command = ["systemctl", "is-active", "--quiet", SERVICE]
        return self.starts and subprocess.run(command, check=False).returncode == 0

    def hints(self) -> list[str]:
        """What is left to the administrator."""
        layout = self._layout
        if layout.trial:
            command = layout.current / "bin" / NAME
            return [
                f"a trial: nothing outside {layout.root} was touched",
                f"start it: {command} serve --config {layout.config}",
            ]
        lines = [f"configuration: {layout.config}; after a change: systemctl restart {NAME}"]
        if not self.starts:
            lines.append(f"not started; start it: systemctl enable --now {NAME}")
        return [*lines, _firewall_hint()]


def _firewall_hint() -> str:
    if shutil.which("ufw"):
        return "firewall: ufw allow proto tcp from YOUR-LAN/24 to any port 8080,8443"
    if shutil.which("firewall-cmd"):
        return "firewall: firewall-cmd --permanent --add-port=8080/tcp --add-port=8443/tcp"
    return "firewall: open TCP 8080 and 8443 to your local network and to nothing else"


def require_root(layout: Layout) -> None:
    """UserError unless we may change the host."""
    if not layout.trial and os.geteuid() != 0:
        raise UserError("run it as root (sudo), or try it in a directory with --root DIR")


def _user_exists() -> bool:
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        return False
    return True


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserError(f"{command[0]} is needed and is not on this machine") from None
    if done.returncode:
        raise UserError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
