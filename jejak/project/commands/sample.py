"""jejak sample: make a small sample, or take it away."""

import argparse
import sys
from datetime import UTC, datetime


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--remove", action="store_true", help="take the sample away")
    parser.add_argument("--people", type=int, default=600, metavar="N", help="how many people (default 600)")
    parser.add_argument("--seed", type=int, default=2, metavar="N", help="another seed makes another sample")


def run(given: argparse.Namespace) -> int:
    """Make the sample, or take it away."""
    import django

    django.setup()
    from jejak import eventlog
    from jejak.features.sample import actions
    from jejak.project import preparing, serving
    from jejak.touchpoints import inlet, worker

    now = datetime.now(UTC)
    try:
        preparing.prepare(say=serving.Say())
        if given.remove:
            print(f"Taken away: {actions.remove(now=now)} made-up people and all their touchpoints.")
            return 0
        made = actions.load(now=now, people=given.people, seed=given.seed)
        worker.take_over()
        worker.drain()
        print(f"Made: {made} touchpoints of {given.people} people. `jejak sample --remove` takes them away.")
    except eventlog.HeldElsewhere:
        if given.remove:
            print(
                "Jejak is running: press “Remove the sample” on its home page, or stop it first.",
                file=sys.stderr,
            )
            return 1
        made = actions.load(now=now, people=given.people, seed=given.seed)
        print(f"Made: {made} touchpoints; the running Jejak takes them in now.")
    except actions.StillArriving:
        print("Part of the sample waits for the log. Try again in a moment.", file=sys.stderr)
        return 1
    except (eventlog.Away, inlet.Overloaded) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
