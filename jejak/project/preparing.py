"""Make an install ready: folders, tables, the first administrator."""

import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from jejak import eventlog
from jejak.project.serving import Say
from jejak.staff import roles

ADMINISTRATOR = "admin"


def prepare(*, say: Say) -> None:
    """Bring every table up to date and make the first administrator. Doing it again costs little.

    Raises eventlog.HeldElsewhere where another process serves this install.
    """
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    for alias, app in steps_waiting():
        say(f"Making the tables of {alias} …")
        call_command("migrate", *app, database=alias, verbosity=0, interactive=False)
    say("Opening the log …")
    eventlog.migrate()
    roles.apply()
    _first_administrator(say)


def steps_waiting() -> list[tuple[str, list[str]]]:
    """Return the databases whose tables are not up to date, each with the apps to migrate there (none: all)."""
    waiting = []
    for alias in connections:
        # The inlet holds one app's tables; the history of the others would only cost time there.
        app = [] if alias == "default" else ["touchpoints"]
        executor = MigrationExecutor(connections[alias])
        leaves = [leaf for leaf in executor.loader.graph.leaf_nodes() if not app or leaf[0] in app]
        plan = [step for step, _ in executor.migration_plan(leaves) if not app or step.app_label in app]
        if plan:
            waiting.append((alias, app))
    return waiting


def _first_administrator(say: Say) -> None:
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return
    password = settings.ADMIN_PASSWORD or secrets.token_urlsafe(9)
    users.create_superuser(username=ADMINISTRATOR, email=settings.ADMIN_EMAIL, password=password)
    say("")
    say(f"  The first administrator:  {ADMINISTRATOR}")
    if settings.ADMIN_PASSWORD:
        say("  Password:                 as JEJAK_ADMIN_PASSWORD says")
    else:
        say(f"  Password (shown once):    {password}")
    say("")
