"""The product as an appliance: releases side by side on a box, and the bundles that carry them.

`python -m edge_interpreter.appliance` installs, upgrades, rolls back and removes. It runs before
anything is installed, so it and what it imports use the standard library alone; only `signing`,
`bundle` and `making`, which the command `edge-interpreter bundle` uses, need more.
"""
