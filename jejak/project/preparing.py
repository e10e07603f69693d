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

ADMINISTRATOR = "admin"


def prepare(*, say: Say) -> None:
    """Bring every table up to date and make the first administrator. Doing it again costs little.

    Raises eventlog.HeldElsewhere where another process serves this install.
    """
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    for alias in connections:
        executor = MigrationExecutor(connections[alias])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            say(f"Making the tables of {alias}: {len(plan)} steps …")
            call_command("migrate", database=alias, verbosity=0, interactive=False)
    say("Opening the log …")
    eventlog.migrate()
    _first_administrator(say)


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
