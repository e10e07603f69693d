"""A sender that costs little: batches over a few connections, as fast as they are answered or at a given rate.

Run in a process of its own: `python -m jejak.project.bench.load --port 8000 --key … --rate 25000 --seconds 20`.
"""

import argparse
import asyncio
import base64
import json
import random
import sys
import time
from dataclasses import dataclass, field

BATCH = 100
_MARK = b"@" * 12
_TEMPLATES = 16


@dataclass
class Sent:
    """What was sent and how long each answer took, in seconds."""

    batches: int = 0
    answered: dict[int, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)


def bodies(*, people: int, seed: int) -> list[bytes]:
    """Return some bodies of a batch each, with a mark where the messages' numbers go: about 400 bytes a message."""
    dice = random.Random(seed)
    names = ["Product Viewed"] * 6 + ["Cart Viewed"] * 2 + ["Order Completed", "Support Contacted"]
    made = []
    for template in range(_TEMPLATES):
        batch = []
        for position in range(BATCH):
            person = dice.randrange(people)
            name = dice.choice(names)
            batch.append(
                {
                    "type": "track",
                    "event": name,
                    "messageId": f"{_MARK.decode()}-{template:02d}-{position:02d}",
                    "userId": f"u-{person}",
                    "anonymousId": f"a-{person}",
                    "timestamp": "2026-01-01T00:00:00.000Z",
                    "properties": {
                        "sku": f"SKU-{dice.randrange(500)}",
                        "total": dice.randrange(10, 900) * 1000,
                        "currency": "IDR",
                    },
                    "context": {
                        "library": {"name": "bench", "version": "1"},
                        "page": {"path": f"/p/{dice.randrange(50)}", "url": "https://toko.example/p"},
                    },
                }
            )
        made.append(json.dumps({"batch": batch}, separators=(",", ":")).encode())
    return made


async def send(
    *, host: str, port: int, key: str, rate: float, seconds: float, connections: int, people: int, seed: int
) -> Sent:
    """Send for so many seconds. rate: touchpoints a second, or 0 for as many as are answered."""
    sent = Sent()
    made = bodies(people=people, seed=seed)
    run = f"{random.Random().randrange(10**4):04d}"
    token = base64.b64encode(f"{key}:".encode()).decode()
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(made[0])}\r\n\r\n"
    )
    heads = [
        head.replace(f"Content-Length: {len(made[0])}", f"Content-Length: {len(body)}").encode()
        for body in made
    ]
    began = time.perf_counter()
    numbers = iter(range(10**9))

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, port, limit=2**20)
        while True:
            number = next(numbers)
            due = began + number * BATCH / rate if rate else 0.0
            if (due or time.perf_counter()) > began + seconds:
                break
            if rate and (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            body = made[number % _TEMPLATES].replace(_MARK, f"{run}{number:08d}".encode())
            # From when it was due: a server that stalls is not let off by our waiting for it.
            asked = due if rate else time.perf_counter()
            writer.write(heads[number % _TEMPLATES] + body)
            status = int((await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1])
            await reader.readexactly(length)
            sent.waits.append(time.perf_counter() - asked)
            sent.answered[status] = sent.answered.get(status, 0) + 1
            sent.batches += 1
        writer.close()

    length = await _answer_length(host, port, heads[0], made[0].replace(_MARK, f"{run}--warm--".encode()))
    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return sent


async def _answer_length(host: str, port: int, head: bytes, body: bytes) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(head + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    if b" 200 " not in answer[:16]:
        raise SystemExit(f"The server does not take a batch: {answer.splitlines()[0].decode()}")
    return next(
        int(line.split(b":")[1]) for line in answer.lower().splitlines() if line.startswith(b"content-length")
    )


def main() -> None:
    """Send, and print what came of it as one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.perf_counter()
    sent = asyncio.run(send(**vars(given)))
    waits = sorted(sent.waits)
    json.dump(
        {
            "touchpoints": sent.batches * BATCH,
            "seconds": time.perf_counter() - began,
            "per_second": sent.batches * BATCH / max(given.seconds, max(waits, default=0.0)),
            "p50_ms": _at(waits, 0.50) * 1000,
            "p99_ms": _at(waits, 0.99) * 1000,
            "most_ms": _at(waits, 1.0) * 1000,
            "answered": sent.answered,
        },
        sys.stdout,
    )


def _at(waits: list[float], share: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * share))] if waits else 0.0


if __name__ == "__main__":
    main()
