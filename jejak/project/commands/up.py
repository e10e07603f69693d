"""jejak up: make everything ready and serve."""

import argparse
import sys
from contextlib import suppress
from datetime import UTC, datetime

from jejak.project.commands.serve import add_address


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_address(parser)
    parser.add_argument("--no-demo", action="store_true", help="leave an empty install empty")


def run(given: argparse.Namespace) -> int:
    """Make ready, have the demo made in an empty install, and serve until stopped."""
    import django

    django.setup()
    from jejak import eventlog
    from jejak.features.demo import actions as demo
    from jejak.project import preparing, serving
    from jejak.touchpoints.models import Arrival

    say = serving.Say()
    try:
        preparing.prepare(say=say)
        if not given.no_demo and not eventlog.status().rows and not Arrival.objects.exists():
            with suppress(demo.AlreadyThere):
                demo.begin(now=datetime.now(UTC))
                say(
                    "Making a demo company, so that there is something to see: it takes about a minute, while you sign in."
                )
                say("`jejak demo --remove` takes it away; `--no-demo` leaves an install empty.")
        serving.serve(host=given.host, port=given.port, with_worker=True, say=say)
    except (eventlog.Away, serving.PortTaken) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
