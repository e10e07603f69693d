"""jejak worker: the pipeline alone, beside `jejak serve --no-worker`, on PostgreSQL and a ClickHouse server."""

import argparse
import signal
import sys
import threading


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--until-empty", action="store_true", help="stop when nothing waits any more")


def run(given: argparse.Namespace) -> int:
    """Work until stopped."""
    import django

    django.setup()
    from jejak import eventlog
    from jejak.touchpoints import worker

    try:
        eventlog.migrate()
        if given.until_empty:
            worker.take_over()
            print(f"{worker.drain()} touchpoints were taken.")
            return 0
    except eventlog.Away as error:
        print(error, file=sys.stderr)
        return 1
    stopped = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopped.set())
    thread = worker.Worker(beside=False)
    thread.start()
    print("The worker is ready (Ctrl-C stops it)", flush=True)
    stopped.wait()
    thread.stop()
    eventlog.close()
    return 0
