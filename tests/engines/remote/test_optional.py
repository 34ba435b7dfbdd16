import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_box_without_a_cluster_loads_nothing_of_it() -> None:
    code = (
        "import sys\n"
        "from edge_interpreter.cli import main\n"
        "import edge_interpreter.engines.loading, edge_interpreter.server.run\n"
        "import edge_interpreter.pipeline.pipeline\n"
        "print(sorted({'ray', 'grpc', 'edge_interpreter.engines.remote'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
