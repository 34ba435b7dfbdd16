"""Engines on other machines: the box's side of `[cluster]`.

The recogniser, the translator and the voice are asked over gRPC; voice activity stays here. Nothing
of Ray is needed for it. `inference.proto` is what both sides say, `stage` decides about deadlines,
the one retry and what happens while nobody answers, `own_engine` takes over meanwhile.
"""
