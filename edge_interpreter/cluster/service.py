"""The service as Ray Serve's front end has to know it."""

from typing import Any

import grpc

from edge_interpreter.engines.remote.transport import REPLIES, SERVICE


def add_to_server(servicer: Any, server: Any) -> None:
    """Add the methods of `inference.proto` to a gRPC server; Serve routes them to replicas."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            getattr(servicer, name),
            request_deserializer=request.FromString,
            response_serializer=reply.SerializeToString,
        )
        for request, (name, reply) in REPLIES.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
