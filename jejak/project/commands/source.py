"""jejak source: the senders of touchpoints and their write keys."""

import argparse
import sys
from datetime import UTC, datetime


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|list|revoke")
    add = verbs.add_parser("add", help="add a source and print its write key, once")
    add.add_argument("name", help='such as "Web shop"')
    add.add_argument("--channel", default="", help="how its touchpoints happen, such as web, app or store")
    add.add_argument(
        "--identity",
        choices=["signed", "trusted"],
        default="",
        help="whether what it says about who somebody is counts as it is, or only with a signature;"
        " signed for the channels web and app, trusted for others",
    )
    verbs.add_parser("list", help="list the sources")
    revoke = verbs.add_parser("revoke", help="stop taking what a source sends, for good")
    revoke.add_argument("name")


def run(given: argparse.Namespace) -> int:
    """Do one of them."""
    import django

    django.setup()
    return {"add": _add, "list": _list, "revoke": _revoke}[given.verb](given)


def _add(given: argparse.Namespace) -> int:
    from jejak.features.capture import actions

    try:
        source, key = actions.add_source(
            name=given.name, channel=given.channel, identity=given.identity, now=datetime.now(UTC)
        )
    except (actions.NameTaken, actions.BadName) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The write key of {source.name!r} (keep it, it is shown only this once):", file=sys.stderr)
    print(key)
    return 0


def _list(given: argparse.Namespace) -> int:
    from django.utils import timezone

    from jejak.features.capture.models import Source

    sources = list(Source.objects.all())
    if not sources:
        print("No sources yet. Add one with `jejak source add NAME`.", file=sys.stderr)
    for source in sources:
        state = "revoked" if source.revoked_at else "active"
        seen = f"{timezone.localtime(source.last_seen_at):%Y-%m-%d %H:%M}" if source.last_seen_at else "never"
        print(f"{source.name}\t{source.key_start}…\t{state}\tlast seen {seen}\t{source.channel or '-'}")
    return 0


def _revoke(given: argparse.Namespace) -> int:
    from jejak.features.capture import actions
    from jejak.features.capture.models import Source

    source = Source.objects.filter(name=given.name).first()
    if source is None:
        print(
            f"There is no source called {given.name!r}. `jejak source list` shows them all.", file=sys.stderr
        )
        return 1
    if source.revoked_at:
        print(f"{source.name!r} was revoked before; nothing changed.")
        return 0
    actions.revoke_source(source=source, now=datetime.now(UTC))
    print(f"{source.name!r} is revoked: its key stops working within two seconds.")
    return 0
