"""Layers of a checkpoint, as CTranslate2's loaders for Transformers want them, without PyTorch."""

from types import SimpleNamespace
from typing import Any

from edge_interpreter.models.checkpoint import Tensors


class ArrayLinear:
    """For a loader: takes arrays where the original takes the modules of a PyTorch model."""

    def set_linear(self, spec: Any, module: Any, **_: object) -> None:
        """Weights, shape (outputs, inputs), and the bias where there is one."""
        spec.weight = module.weight
        if getattr(module, "bias", None) is not None:
            spec.bias = module.bias


def module_tree(tensors: Tensors) -> SimpleNamespace:
    """The tensors as the tree of attributes that they were in PyTorch."""
    root: dict[str, Any] = {}
    for name, tensor in tensors.items():
        *branches, leaf = name.split(".")
        node = root
        for branch in branches:
            node = node.setdefault(branch, {})
        node[leaf] = tensor
    tree: SimpleNamespace = _attributes(root)
    return tree


def _attributes(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if all(key.isdigit() for key in node):
        return [_attributes(node[key]) for key in sorted(node, key=int)]
    return SimpleNamespace(**{key: _attributes(value) for key, value in node.items()})
