"""Give every test run an empty home of its own, before Django loads. Fixtures: tests/fixtures_*.py.

TESTS_ON=postgresql runs them on PostgreSQL instead of SQLite.
"""

import atexit
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # So that `tests.…` is found however pytest is started.
_at_the_end = ExitStack()
atexit.register(_at_the_end.close)

# An install of whoever runs the tests is never touched, and its settings change nothing.
for _name in [name for name in os.environ if name.startswith("JEJAK_") and name != "JEJAK_SHARED"]:
    del os.environ[_name]
for _name in ("DATABASE_URL", "EVENTLOG_URL"):
    os.environ.pop(_name, None)

_home = Path(tempfile.mkdtemp(prefix="jejak-tests-"))
_at_the_end.callback(shutil.rmtree, _home, ignore_errors=True)
os.environ["JEJAK_HOME"] = str(_home)
os.environ["DJANGO_SETTINGS_MODULE"] = "jejak.project.settings"
_on_postgresql = os.environ.get("TESTS_ON") == "postgresql"
if _on_postgresql:
    from tests import postgresql

    os.environ["DATABASE_URL"] = _at_the_end.enter_context(postgresql.cluster())

from django.conf import settings  # noqa: E402 - the home must be set first.

# Real files with WAL, not SQLite in memory: locks and durability are what we count on.
for _alias, _database in settings.DATABASES.items():
    if "sqlite3" in _database["ENGINE"]:
        _database["TEST"] = {"NAME": _home / f"test-{_alias}.sqlite3"}
if "inlet" not in settings.DATABASES:  # Tests that name it mean the database it is part of.
    settings.DATABASES["inlet"] = {**settings.DATABASES["default"], "TEST": {"MIRROR": "default"}}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()
# pytest-xdist's processes inherit the environment, and pytest-django would load settings in them before us.
del os.environ["DJANGO_SETTINGS_MODULE"]
os.environ.pop("DATABASE_URL", None)

pytest_plugins = [
    "tests.fixtures_surroundings",
    "tests.fixtures_browser",
    "tests.fixtures_clients",
    "tests.fixtures_eventlog",
    "tests.fixtures_server",
]


def pytest_configure(config: pytest.Config) -> None:
    """Let threads that ended keep their connections: the whole cluster goes with the run."""
    if _on_postgresql:
        config.option.reuse_db = True
        config.addinivalue_line("filterwarnings", "ignore:<psycopg.Connection:ResourceWarning")
