"""Give every test run an empty home of its own, before Django loads. Fixtures: tests/fixtures_*.py."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django

# An install of whoever runs the tests is never touched, and its settings change nothing.
for _name in [name for name in os.environ if name.startswith("JEJAK_") and name != "JEJAK_SHARED"]:
    del os.environ[_name]
for _name in ("DATABASE_URL", "EVENTLOG_URL"):
    os.environ.pop(_name, None)

_home = Path(tempfile.mkdtemp(prefix="jejak-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["JEJAK_HOME"] = str(_home)
(_home / "static").mkdir()  # WhiteNoise warns where it is missing.
os.environ["DJANGO_SETTINGS_MODULE"] = "jejak.project.settings"

from django.conf import settings  # noqa: E402 - the home must be set first.

# Real files with WAL, not SQLite in memory: locks and durability are what we count on.
for _alias, _database in settings.DATABASES.items():
    _database["TEST"] = {"NAME": _home / f"test-{_alias}.sqlite3"}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()
# pytest-xdist's processes inherit the environment, and pytest-django would load settings in them before us.
del os.environ["DJANGO_SETTINGS_MODULE"]

sys.path.insert(0, str(Path(__file__).parent))  # So that `tests.…` is found however pytest is started.

pytest_plugins = [
    "tests.fixtures_surroundings",  # Before those that import from it.
    "tests.fixtures_browser",
    "tests.fixtures_clients",
    "tests.fixtures_eventlog",
    "tests.fixtures_server",
]
