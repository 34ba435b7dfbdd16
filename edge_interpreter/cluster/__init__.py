"""Inference for many boxes on Ray Serve: the nodes' side of `[cluster]`.

`deployments` serves the engines of this package on replicas that Ray places and restarts; what a
replica does with requests is in `work`, without Ray. `node` starts and stops a machine's part,
`fingerprint` compares weights, `problems` says what is unsafe in a configuration.
"""
