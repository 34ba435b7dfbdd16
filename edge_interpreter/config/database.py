"""The `[database]` table: one PostgreSQL for all boxes instead of SQLite files on each."""

import ipaddress
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr, model_validator

from edge_interpreter.config.addresses import is_private
from edge_interpreter.config.section import Section

SCHEMES = ("postgresql", "postgres")
_SECRETS = ("password", "sslpassword")
_ELSEWHERE = ("service", "servicefile")


class Database(Section):
    """Where call records and transcripts are kept; without `url`, in SQLite files of this box.

    `url` is one that libpq understands, without the password: `postgresql://user@10.0.0.5/name`.
    It must name an address of this machine or of a private network. `box` is the name of this box
    in call records; where it is empty, the machine's host name.
    """

    url: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    box: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _stays_here(self) -> "Database":
        # The value is not repeated: a password may be in it.
        problem = _problem(self.url) if self.url else None
        if problem:
            raise ValueError(f"url {problem}")
        return self


def shown(url: str) -> str:
    """A URL as messages name it: without parameters."""
    return url.partition("?")[0]


def _problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        parameters = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return "cannot be read as a URL"
    if parts.scheme not in SCHEMES:
        return "must be as postgresql://user@10.0.0.5/name, or empty for SQLite files"
    user = parts.netloc.rpartition("@")[0]
    if ":" in user or any(name in parameters for name in _SECRETS):
        return "must not hold the password: give it as password_file, or as a credential"
    if any(name in parameters for name in _ELSEWHERE):
        return "must name the server itself, not a service of libpq"
    return next(_of_hosts(parts.netloc, parameters), None)


def _of_hosts(netloc: str, parameters: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong with each of the servers; sockets of this machine are in order."""
    written = [_without_port(unquote(one)) for one in netloc.rpartition("@")[2].split(",")]
    names = parameters["host"][-1].split(",") if "host" in parameters else written
    addresses = parameters.get("hostaddr", [""])[-1].split(",")
    # A server without an address of its own is looked up by its name.
    for host in (address or name for name, address in zip_longest(names, addresses)):
        if not host or host[0] in "/@" or host == "localhost" or is_private(host):
            continue
        if _is_address(host):
            yield f"names {host}, which is no address of a private network: nothing leaves it"
        else:
            yield (
                f"names {host}, which would have to be looked up: give its address too, as in"
                f" postgresql://user@{host}/name?hostaddr=10.0.0.5"
            )


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host if host.startswith("/") else host.partition(":")[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
