"""What is unsafe or cannot work in `[cluster]`; nothing is opened or asked."""

from edge_interpreter.config.addresses import is_private
from edge_interpreter.config.cluster import OWN_ADDRESS, Cluster
from edge_interpreter.config.tree import Config

SHORTEST_TOKEN = 16
_EVERYWHERE = ("", "0.0.0.0", "::", "[::]", "*")  # noqa: S104 - what is refused
_REPLACED = ("127.0.0.1", "localhost", "::1")
_MAKE_ONE = "run: openssl rand -hex 32"


def problems(config: Config, *, node: bool = False) -> list[str]:
    """One line for each problem of `[cluster]`, none where it is not used.

    `node` asks for what a machine that serves needs, also where all is as shipped; otherwise that
    is looked at as soon as an address or a token for nodes was given.
    """
    section = config.cluster
    serves = node or section.node != OWN_ADDRESS or bool(section.node_token.get_secret_value())
    found = _of_node(section) if serves else []
    return found + (_of_box(section) if section.endpoints else [])


def _of_node(section: Cluster) -> list[str]:
    found = []
    for key, address in (("node", section.node), ("head", section.head)):
        if address in _EVERYWHERE:
            found.append(
                f"cluster.{key} = {address!r} opens Ray on all interfaces, and whoever reaches Ray "
                f"runs programs: give this machine's address on a private network"
            )
        elif address in _REPLACED:
            found.append(
                f"cluster.{key} = {address!r}: Ray takes this machine's address on the network "
                f"instead and opens there; for a trial on one machine give {OWN_ADDRESS}"
            )
        elif not is_private(address):
            found.append(
                f"cluster.{key} = {address!r} is no address of a private network: Ray must not be "
                f"reached from anywhere else"
            )
    found += _of_token("node_token", section.node_token.get_secret_value())
    found += _of_token("token", section.token.get_secret_value())
    tokens = section.node_token.get_secret_value(), section.token.get_secret_value()
    if tokens[0] and tokens[0] == tokens[1]:
        found.append(
            "cluster.token and cluster.node_token are the same: a box could run programs on nodes"
        )
    if section.port == section.inference_port:
        found.append("cluster.port and cluster.inference_port are the same")
    return found


def _of_box(section: Cluster) -> list[str]:
    found = _of_token("token", section.token.get_secret_value())
    for endpoint in section.endpoints:
        address = endpoint.rpartition(":")[0].strip("[]")
        if not is_private(address):
            found.append(
                f"cluster.endpoints: {endpoint} is no address of a private network, and speech "
                f"travels there without encryption"
            )
    return found


def _of_token(key: str, token: str) -> list[str]:
    if not token:
        return [f"cluster.{key} is missing, so that anybody would be let in; {_MAKE_ONE}"]
    if len(token) < SHORTEST_TOKEN:
        return [f"cluster.{key} is shorter than {SHORTEST_TOKEN} characters; {_MAKE_ONE}"]
    return []
