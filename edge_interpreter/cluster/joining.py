"""Whether a machine may join: same version, same weights as the nodes that serve."""

from edge_interpreter import __version__
from edge_interpreter.cluster.fingerprint import fingerprints, require_same
from edge_interpreter.cluster.node import answers
from edge_interpreter.config.tree import Config
from edge_interpreter.engines.remote.stage import RemoteStage
from edge_interpreter.engines.remote.transport import GrpcTransport
from edge_interpreter.errors import UserError
from edge_interpreter.models.catalog import Catalog
from edge_interpreter.models.store import ModelStore


def require_place(config: Config) -> None:
    """Raise UserError unless this machine has what the nodes that serve have."""
    section = config.cluster
    if not answers(section.head, section.port):
        raise UserError(f"the first node does not answer at {section.head}:{section.port}")
    endpoint = f"{section.head}:{section.inference_port}"
    transport = GrpcTransport(section.token.get_secret_value())
    store = ModelStore(config.models.directory, Catalog.load())
    try:
        for role in section.stages:
            known = RemoteStage(role, [endpoint], transport).describe()
            if known is None:
                # Nobody serves it yet, perhaps for want of this node; its replicas will compare.
                continue
            if known.version != __version__:
                raise UserError(
                    f"node {section.node} is refused: it has version {__version__}, "
                    f"the cluster {known.version}"
                )
            require_same(known.models, fingerprints(config, role, store), section.node)
    finally:
        transport.close()
