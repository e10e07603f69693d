"""jejak up: make everything ready and serve."""

import argparse
import sys
from datetime import UTC, datetime

from jejak.project.commands.serve import add_address


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add_address(parser)
    parser.add_argument("--no-sample", action="store_true", help="leave an empty install empty")


def run(given: argparse.Namespace) -> int:
    """Make ready, load the sample into an empty install, and serve until stopped."""
    import django

    django.setup()
    from jejak import eventlog
    from jejak.project import preparing, serving
    from jejak.touchpoints import worker
    from jejak.touchpoints.models import Arrival

    say = serving.Say()
    try:
        preparing.prepare(say=say)
        if not given.no_sample and not eventlog.status().rows and not Arrival.objects.exists():
            from jejak.features.sample import actions as sample

            say(
                "Making a small sample, so that there is something to see (`jejak sample --remove` takes it away) …"
            )
            sample.load(now=datetime.now(UTC))
            worker.take_over()
            worker.drain()
        serving.serve(host=given.host, port=given.port, with_worker=True, say=say)
    except (eventlog.Away, serving.PortTaken) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
