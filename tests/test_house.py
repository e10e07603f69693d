"""Rules of the house that no linter of others holds us to."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from jejak.project import environment, settings_page

ROOT = Path(__file__).resolve().parent.parent
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "misc",
    "common_utils",
    "tools",
    "stuff",
    "manager",
    "handlers",
}
# Files are found by git, so that what lies about untracked in somebody's clone is not judged.
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split("\n")
TRACKED = [name for name in TRACKED if name and (ROOT / name).is_file()]
OURS = [name for name in TRACKED if name.endswith(".py") and name.startswith("jejak/")]


def test_no_module_has_a_vague_name():
    parts = {part.removesuffix(".py") for name in OURS for part in Path(name).parts}
    assert parts & VAGUE == set()


def test_only_the_frame_and_the_doors_import_wagtails_admin():
    doors = {"wagtail_hooks", "views", "viewsets", "urls", "forms"}
    inside = [
        f"{name}: {module}"
        for name in OURS
        if not name.startswith("jejak/backoffice/")
        and Path(name).stem not in doors
        and "tests" not in Path(name).parts
        for module in _imported(ROOT / name)
        if module == "wagtail.admin" or module.startswith("wagtail.admin.")
    ]
    assert inside == []


def test_every_migration_has_a_name_and_can_be_undone():
    nameless = [name for name in OURS if re.search(r"migrations/\d+_auto", name)]
    for_ever = [
        name
        for name in OURS
        if "/migrations/" in name
        for code in [(ROOT / name).read_text()]
        if re.search(r"RunPython\(\s*\w+\s*,?\s*\)", code) or re.search(r"RunSQL\(\s*[^,]+\)", code)
    ]
    assert nameless + for_ever == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a machine's path", r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/"),
        (
            "a registry's address",
            r"\b(?:files\.pythonhosted|pypi\.org|registry\.npmjs|deb\.debian|index\.crates)",
        ),
    ],
)
def test_no_tracked_file_holds(what, pattern):
    here = Path(__file__).relative_to(ROOT).as_posix()
    texts = {name: (ROOT / name).read_bytes().decode(errors="replace") for name in TRACKED if name != here}
    assert [name for name, text in texts.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "tests/clients/requirements.lock"]
)
def test_a_lock_holds_names_and_versions_alone(lock):
    lines = (ROOT / lock).read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []


def test_what_is_depended_on_is_locked():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = dict(line.split("==") for line in (ROOT / "requirements.lock").read_text().splitlines())
    locked = {canonicalize_name(name): version for name, version in locked.items()}
    wanted = [Requirement(text) for text in declared]
    assert [
        str(want) for want in wanted if locked.get(canonicalize_name(want.name), "0") not in want.specifier
    ] == []


def test_the_two_locks_never_disagree():
    run, dev = (
        {line.partition("==")[0].lower() for line in (ROOT / lock).read_text().splitlines()}
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert run & dev == set()


def test_every_setting_is_in_the_docs():
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page.page(), "Run: make settings"


def test_every_setting_says_what_it_is_in_a_sentence():
    assert [
        setting.name for setting in environment.declared.values() if not setting.sentence.endswith(".")
    ] == []


def test_every_choice_is_read_in_one_place():
    outside = [
        name
        for name in OURS
        if name != "jejak/project/settings.py" and "tests" not in Path(name).parts
        if re.search(
            r"""env(?:iron)?(?:\[|\.get\(|\.pop\()\s*["'](?:JEJAK_|DATABASE_|EVENTLOG_)""",
            (ROOT / name).read_text(),
        )
    ]
    assert outside == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_start_of_a_docs_page_is_reachable_from_the_menu():
    menu = (ROOT / "mkdocs.yml").read_text()
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page not in menu] == []


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
