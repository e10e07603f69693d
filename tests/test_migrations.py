"""The other tests make their tables without migrations, because these take seconds. Here they run, both ways."""

import os
import subprocess
import sys

import pytest

FORTH_AND_BACK = """
import django
django.setup()
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

for alias, apps in {"default": ["imports", "capture", "touchpoints", "people"], "inlet": ["touchpoints"]}.items():
    executor = MigrationExecutor(connections[alias])
    executor.migrate([name for name in executor.loader.graph.leaf_nodes() if alias == "default" or name[0] in apps])
    executor = MigrationExecutor(connections[alias])
    executor.migrate([(app, None) for app in apps])
"""


def test_every_migration_runs_from_nothing_and_ours_back_again(tmp_path):
    environment = {**os.environ, "JEJAK_HOME": str(tmp_path)}
    command = [sys.executable, "-c", FORTH_AND_BACK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.fail(f"{done.stdout}{done.stderr}")
