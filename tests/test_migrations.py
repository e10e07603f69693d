"""Other tests make their tables without migrations, which take seconds. Here they run, both ways."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command

FORTH_AND_BACK = """
import django
django.setup()
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

everything = MigrationExecutor(connections["default"]).loader.graph.leaf_nodes()
arrivals = [name for name in everything if name[0] == "touchpoints"]
ours = [(app, None) for app in ("imports", "capture", "touchpoints", "people")]
for alias, forth, back in [("default", everything, ours), ("inlet", arrivals, [("touchpoints", None)])]:
    MigrationExecutor(connections[alias]).migrate(forth)
    MigrationExecutor(connections[alias]).migrate(back)
"""


def test_every_migration_runs_from_nothing_and_ours_back_again(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jejak.project.settings",
        "JEJAK_HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", FORTH_AND_BACK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.fail(f"{done.stdout}{done.stderr}")


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
