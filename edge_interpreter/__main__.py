"""`python -m edge_interpreter` is the command `edge-interpreter`."""

import sys

from edge_interpreter.cli import main

if __name__ == "__main__":
    sys.exit(main())
