"""jejak demo: make the demo company, or take it away."""

import argparse
import sys
import threading
from datetime import UTC, datetime


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--remove", action="store_true", help="take the demo away")
    parser.add_argument("--people", type=_some, metavar="N", help="how many people (default 5000)")
    parser.add_argument("--seed", type=int, metavar="N", help="another seed makes another company")
    parser.add_argument(
        "--now",
        type=_moment,
        metavar="TIME",
        help="where its history ends, such as 2026-11-22 (default: now)",
    )


def run(given: argparse.Namespace) -> int:
    """Make the demo, or take it away."""
    import django

    django.setup()
    from jejak import eventlog
    from jejak.features.demo import actions
    from jejak.project import preparing, serving
    from jejak.touchpoints import inlet, worker

    pipeline = None
    try:
        preparing.prepare(say=serving.Say())
        if given.remove:
            print(f"Taken away: {actions.remove(now=_now())} made-up people and all their touchpoints.")
            return 0
        worker.recount()
        pipeline = worker.Worker(beside=True)
        pipeline.start()
        return _make(given)
    except eventlog.HeldElsewhere:
        if given.remove:
            print(
                "Jejak is running: press “Remove the demo” on its home page, or stop it first.",
                file=sys.stderr,
            )
            return 1
        return _make(given)  # The running Jejak stores it.
    except actions.StillArriving:
        print("The demo is being made. Try again in a moment.", file=sys.stderr)
        return 1
    except (eventlog.Away, inlet.Overloaded) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if pipeline is not None:
            pipeline.stop()


def _make(given: argparse.Namespace) -> int:
    from jejak.features.demo import actions, truth
    from jejak.project.bar import Bar

    people = truth.PEOPLE if given.people is None else given.people
    seed = truth.SEED if given.seed is None else given.seed
    try:
        made = actions.begin(now=given.now or _now(), people=people, seed=seed)
    except actions.AlreadyThere:
        left = actions.current()
        if left is None or left.state == left.State.READY:
            print("There is a demo already; `jejak demo --remove` takes it away.", file=sys.stderr)
            return 1
        made = left  # It was cut off: go on where it was.
    try:
        actions.go_on(made, now=_now, stopping=threading.Event(), tell=Bar(watched=True))
    except actions.MadeElsewhere:
        print("Another process is making the demo.", file=sys.stderr)
        return 1
    print("`jejak demo --remove` takes it away.")
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


def _some(text: str) -> int:
    people = int(text)
    if not 1 <= people <= 90_000:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to 90000.")
    return people


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2026-11-22.") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > _now():
        raise argparse.ArgumentTypeError(f"{text} has not happened yet.")
    return at
