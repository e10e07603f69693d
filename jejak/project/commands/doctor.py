"""jejak doctor: what is missing or wrong with this install, each in a sentence."""

import argparse
import platform
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

_LEAST_FREE_BYTES = 2 * 2**30


class Trouble(Exception):
    """Something that keeps the install from working; the message says what to do."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes: nothing."""


def run(given: argparse.Namespace) -> int:
    """Print what was looked at; return 1 where something is wrong."""
    import django

    django.setup()
    wrong = 0
    for look in _LOOKS:
        try:
            print(f"  ok     {look()}")
        except Trouble as trouble:
            wrong += 1
            print(f"  WRONG  {trouble}")
    print("Everything is well." if not wrong else f"{wrong} of {len(_LOOKS)} things are wrong.")
    return 1 if wrong else 0


def _python() -> str:
    return f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"


def _home() -> str:
    from django.conf import settings

    home = Path(settings.HOME)
    trial = home / ".trial"
    try:
        home.mkdir(parents=True, exist_ok=True)
        trial.write_text("")
        trial.unlink()
    except OSError as error:
        raise Trouble(
            f"{home} cannot be written to ({error.strerror}). Set JEJAK_HOME to a folder that can."
        ) from error
    return f"JEJAK_HOME is {home}"


def _disk() -> str:
    from django.conf import settings

    free = shutil.disk_usage(settings.HOME).free
    if free < _LEAST_FREE_BYTES:
        raise Trouble(f"Only {free / 2**30:.1f} GiB are free on the disk of JEJAK_HOME: make room.")
    return f"{free / 2**30:.0f} GiB are free"


def _database() -> str:
    from django.db import DatabaseError, connections

    from jejak.project import preparing

    try:
        waiting = preparing.steps_waiting()
    except DatabaseError as error:
        raise Trouble(f"The database does not answer: {error}") from error
    if waiting:
        raise Trouble("The tables are not up to date: `jejak up` makes them so.")
    return f"The database ({connections['default'].vendor}) is up to date"


def _log() -> str:
    from jejak import eventlog
    from jejak.project import answering

    try:
        told = answering.ask_server("SELECT count() FROM touchpoints")
        return f"The log is held by the running server and answers: {told.rows[0][0]} touchpoints"
    except answering.NoServer:
        status = eventlog.status()
        if not status.reachable:
            raise Trouble(f"The log cannot be opened: {status.last_error}") from None
        return f"The log (ClickHouse {status.version}) answers: {status.rows} touchpoints"
    except answering.NotAnswered as error:
        raise Trouble(f"The running server cannot ask its log: {error}") from error


def _waiting() -> str:
    from django.db import DatabaseError

    from jejak.touchpoints import inlet

    try:
        waiting = inlet.waiting()
    except DatabaseError as error:
        raise Trouble(f"The waiting touchpoints cannot be counted: {error}") from error
    return f"{waiting.messages} touchpoints wait for the log"


def _assets() -> str:
    vendor = resources.files("jejak.backoffice") / "static" / "vendor"
    if not vendor.is_dir():
        raise Trouble("Fonts, icons and charts are missing: run `make setup`.")
    return "Fonts, icons and charts are installed"


_LOOKS: tuple[Callable[[], str], ...] = (_python, _home, _disk, _database, _log, _waiting, _assets)
