"""How long a room is silent when its box is killed or stopped: prints a figure for each run.

python -m tests.scale.failover --proxy nginx --runs 6
"""

import argparse
import asyncio
import signal
import statistics
import tempfile
import time
from pathlib import Path

from tests.scale.people import present
from tests.scale.processes import Site, site, until
from tests.scale.test_rooms import heard_again, settled, three, together

SIGNALS = {"killed": signal.SIGKILL, "stopped": signal.SIGTERM, "frozen": signal.SIGSTOP}


async def silence_s(place: Site, room: str, how: str) -> float:
    """Seconds until both listeners have a caption again."""
    people = three(place, room)
    async with present(*people):
        home = await together(place, room)
        for listener in people[1:]:
            await listener.hears()
        began = time.monotonic()
        assert home.process is not None
        home.process.send_signal(SIGNALS[how])
        times = [await heard_again(each) for each in people[1:]]
    await home.end()
    await home.start()
    await until(lambda: settled(place, room, home if place.proxy == "nginx" else place.other(home)))
    return max(times) - began


async def measure(proxy: str, how: str, runs: int) -> list[float]:
    """One figure for each run."""
    with tempfile.TemporaryDirectory() as folder:
        async with site(Path(folder), proxy) as place:
            found = []
            for number in range(runs):
                found.append(await silence_s(place, f"room-{number}", how))
                print(f"{proxy}, box {how}: {found[-1]:.2f} s", flush=True)
            return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proxy", choices=("nginx", "haproxy"), required=True)
    parser.add_argument("--how", choices=SIGNALS, default="killed")
    parser.add_argument("--runs", type=int, default=6)
    args = parser.parse_args()
    found = asyncio.run(measure(args.proxy, args.how, args.runs))
    print(
        f"{args.proxy}, box {args.how}, {len(found)} runs: "
        f"median {statistics.median(found):.2f} s, worst {max(found):.2f} s"
    )


if __name__ == "__main__":
    main()
