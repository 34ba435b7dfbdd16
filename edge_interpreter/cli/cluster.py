"""`edge-interpreter cluster …`: inference for several boxes, on this machine and others."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edge_interpreter.errors import UserError

if TYPE_CHECKING:
    from edge_interpreter.cluster.serving import Health
    from edge_interpreter.config import Config


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("cluster", help="inference for several boxes (Ray Serve)")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, text, run in (
        ("up", "serve the engines on this node, or have it join the first one", _up),
        ("status", "nodes, replicas, and what the endpoints of this box say", _status),
        ("down", "end this node; on the first one, end the cluster", _down),
    ):
        action = actions.add_parser(name, help=text, description=text.capitalize() + ".")
        action.add_argument("--config", type=Path, metavar="FILE")
        action.set_defaults(run=run)


def _load(args: argparse.Namespace) -> "Config":
    from edge_interpreter.config import load_config

    return load_config(args.config)


def _up(args: argparse.Namespace) -> int:
    from edge_interpreter.cluster import node
    from edge_interpreter.cluster.joining import require_place
    from edge_interpreter.cluster.serving import serve_engines

    config = _load(args)
    node.require_usable(config)
    if not node.is_head(config):
        require_place(config)
        started = node.start(config)
        print(f"{config.cluster.node} {'joined' if started else 'is in'} the cluster")
        return 0
    node.start(config)
    last = ""

    def report(line: str) -> None:
        nonlocal last
        if line != last:
            print(line, flush=True)
        last = line

    found = serve_engines(config, report)
    _print(found)
    return 0 if all(one.running for one in found) else 2


def _status(args: argparse.Namespace) -> int:
    from edge_interpreter.cluster import node
    from edge_interpreter.cluster.serving import status

    config = _load(args)
    well = True
    if config.cluster.node_token.get_secret_value():
        node.require_usable(config)
        found, nodes = status(config)
        print("\n".join(f"node {line}" for line in nodes))
        _print(found)
        well = bool(found) and all(one.running for one in found)
    elif not config.cluster.endpoints:
        raise UserError("[cluster] is not used here: it has no endpoints and no node_token")
    return 0 if _endpoints(config) and well else 2


def _endpoints(config: "Config") -> bool:
    """What each endpoint of this box says, and whether all answer."""
    from edge_interpreter.engines.remote.stage import RemoteStage
    from edge_interpreter.engines.remote.transport import GrpcTransport

    well = True
    transport = GrpcTransport(config.cluster.token.get_secret_value())
    for endpoint in config.cluster.endpoints:
        for role in config.cluster.stages:
            known = RemoteStage(role, [endpoint], transport).describe()
            well = well and known is not None
            said = f"version {known.version} on {known.node}" if known else "no answer"
            print(f"endpoint {endpoint}\t{role}\t{said}")
    transport.close()
    return well


def _down(args: argparse.Namespace) -> int:
    from edge_interpreter.cluster import node
    from edge_interpreter.cluster.serving import end

    config = _load(args)
    node.require_usable(config)
    if node.is_head(config) and node.own_processes(config):
        try:
            end(config)
        except UserError as error:
            print(error, file=sys.stderr)
    count = node.stop(config)
    print(f"{count} processes ended" if count else "nothing was running here")
    return 0


def _print(found: "list[Health]") -> None:
    for one in found:
        replicas = ", ".join(f"{count} {state.lower()}" for state, count in one.replicas.items())
        print(f"{one.role}\t{one.status.lower()}\t{replicas or 'no replicas'}")
        if one.message and not one.running:
            print(f"  {one.message}")
