"""Load at a given rate, whatever the answers take: ``python -m benchmarks.open_loop --port 8000 --path /x --file body.json``.

Requests arrive at random (a Poisson process with a fixed seed), as from many EHRs, and the time of each counts from the moment
it was due, so that a stall shows in every request that it held up. Prints one line of JSON: requests, failures, milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from pathlib import Path

import uvloop

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Load:
    """Connections to one server, opened as they are needed and used again."""

    def __init__(self, port: int, path: str, body: bytes) -> None:
        self._port = port
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._request = head.encode() + body
        self._idle: list[Connection] = []
        self.waits: list[float] = []
        self.failures = 0

    async def one(self, due: float) -> None:
        """One request that was due at a moment of the loop's clock."""
        try:
            connection = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = connection
            writer.write(self._request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
        except (OSError, asyncio.IncompleteReadError):
            self.failures += 1
            return
        self.failures += not head.startswith(b"HTTP/1.1 200")
        self.waits.append(asyncio.get_running_loop().time() - due)
        self._idle.append(connection)

    async def run(self, rate: float, seconds: float) -> None:
        """Send ``rate`` requests a second on average, and wait for every answer."""
        clock, rng = asyncio.get_running_loop(), random.Random(1)
        due = begin = clock.time()
        async with asyncio.TaskGroup() as sent:
            while due < begin + seconds:
                due += rng.expovariate(rate)
                await asyncio.sleep(due - clock.time())
                sent.create_task(self.one(due))
        for _, writer in self._idle:
            writer.close()


def _length(head: bytes) -> int:
    name = b"content-length:"
    return next(int(line[len(name) :]) for line in head.lower().split(b"\r\n") if line.startswith(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    load = Load(options.port, options.path, options.file.read_bytes())
    uvloop.run(load.run(options.rate, options.seconds))
    waits = sorted(load.waits)
    shown = {f"p{part}": 1000 * waits[len(waits) * part // 100] for part in (50, 95, 99)} if waits else {}
    print(json.dumps({"requests": len(waits), "failures": load.failures, **shown}))


if __name__ == "__main__":
    main()
