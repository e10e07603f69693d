"""jejak serve: serve an install that is ready."""

import argparse
import sys


def add_address(parser: argparse.ArgumentParser) -> None:
    """Declare where to listen."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_address(parser)
    parser.add_argument(
        "--no-worker", action="store_true", help="pages and capture only; `jejak worker` runs beside it"
    )


def run(given: argparse.Namespace) -> int:
    """Serve until stopped."""
    import django

    django.setup()
    from jejak import eventlog
    from jejak.project import serving

    try:
        eventlog.migrate()
        serving.serve(host=given.host, port=given.port, with_worker=not given.no_worker, say=serving.Say())
    except (eventlog.Away, serving.PortTaken) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
