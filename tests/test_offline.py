"""The product in a network namespace that has nothing but its own loopback."""

import ipaddress
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "edge_interpreter/capture/samples/kennedy.flac"
ALONE = ("unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def can_isolate() -> bool:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not can_isolate(), reason="no network namespaces here"),
]


def run_alone(*arguments: str, module: str = "edge_interpreter") -> list[dict[str, object]]:
    command = [*ALONE, sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_file_is_interpreted_without_any_network(tmp_path: Path) -> None:
    *utterances, summary = run_alone(
        "interpret", str(SAMPLE), "--to", "fr", "--json", "--out", str(tmp_path)
    )
    said = " ".join(str(one["text"]) for one in utterances)
    assert "country" in said
    assert summary["type"] == "summary"
    assert (tmp_path / "kennedy.fr.wav").stat().st_size > 100_000
    assert "pays" in (tmp_path / "kennedy.fr.vtt").read_text()


def test_the_server_interprets_for_a_listener_without_any_network(tmp_path: Path) -> None:
    shutil.copy(SAMPLE, tmp_path)
    (figures,) = run_alone("bench", "latency", "--audio", str(tmp_path), "--to", "fr", "--json")
    assert isinstance(figures["utterances"], int)
    assert figures["utterances"] >= 1
    assert isinstance(figures["with_audio"], int)
    assert figures["with_audio"] >= 1


ADDRESS = re.compile(r'inet_(?:addr\("|pton\(AF_INET6, ")([^"]+)"')


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_room_and_a_call_reach_for_no_address_but_the_loopback(tmp_path: Path) -> None:
    (heard,) = run_alone(str(tmp_path), module="tests.offline_visit")
    assert heard["room"]
    assert heard["call_packets"]
    traces = list(tmp_path.glob("calls.*"))
    assert len(traces) > 3
    lines = [line for trace in traces for line in trace.read_text().splitlines()]
    addresses = [found[1] for line in lines if (found := ADDRESS.search(line))]
    assert addresses
    assert [each for each in addresses if not ipaddress.ip_address(each).is_loopback] == []
    families = set(re.findall(r"sa_family=(\w+)", "\n".join(lines)))
    assert families <= {"AF_INET", "AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}
