"""Our style sheet for Wagtail's pages names classes of Wagtail's. When they go, this tells."""

import re
from pathlib import Path

import wagtail.admin
from django.contrib.staticfiles import finders

CHROME = Path(__file__).parent.parent / "static" / "backoffice" / "css" / "chrome.css"


def test_every_class_we_dress_exists_in_wagtail():
    selectors = re.sub(r"\{[^{}]*\}", "{}", re.sub(r"/\*.*?\*/", "", CHROME.read_text(), flags=re.DOTALL))
    named = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"[\d.]+(?:px|rem)", "", selectors)))
    theirs = Path(finders.find("wagtailadmin/css/core.css")).read_text()
    templates = "".join(path.read_text() for path in Path(wagtail.admin.__file__).parent.rglob("*.html"))
    named -= {"w-theme-light"}  # Wagtail writes it from the setting; its style sheet has no need of it.
    assert {name for name in named if f".{name}" not in theirs and name not in templates} == set()


def test_every_variable_we_set_exists_in_wagtail():
    theirs = Path(finders.find("wagtailadmin/css/core.css")).read_text()
    ours = set(re.findall(r"(--w-[\w-]+):", CHROME.read_text()))
    assert {name for name in ours if f"{name}:" not in theirs and f"var({name}" not in theirs} == set()
