import json
import re
from pathlib import Path

import jejak
from jejak.backoffice import assets, icons

PACKAGE = Path(jejak.__file__).parent
LOCK = PACKAGE.parent / "package-lock.json"


def test_charts_icons_and_font_are_there_with_their_licences():
    assert assets.complete()
    folders = [folder for folder in assets.VENDOR.iterdir() if folder.is_dir()]
    assert sorted(folder.name for folder in folders) == [
        "echarts",
        "phosphor",
        "plus-jakarta-sans",
        "world-atlas",
    ]
    assert all((folder / "LICENSE").read_text() for folder in folders)


def test_nothing_is_fetched_that_is_there():
    assert assets.fetch() is False


def test_the_lock_file_pins_everything_and_names_no_host():
    lock = json.loads(LOCK.read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all(
        package["version"] and package["integrity"].startswith("sha512-") for package in packages.values()
    )
    assert re.findall(r"https?://[^\"]+|\"resolved\"", LOCK.read_text()) == []


def test_every_icon_that_is_named_is_fetched():
    known = {*icons.DUOTONE, *icons.REGULAR}
    used: set[str] = set()
    for path in PACKAGE.rglob("*.html"):
        text = path.read_text()
        used |= set(re.findall(r'{% jk_icon "([\w-]+)"', text))
        used |= set(re.findall(r'{% (?:card|empty|stat|pill|include)\b[^%]*?\bicon="([\w-]+)"', text))
    for path in PACKAGE.rglob("*.py"):
        if "tests" not in path.parts:
            used |= set(re.findall(r'\bicon(?:: str)? ?= ?"(?:jk-)?([\w-]+)"', path.read_text()))
    assert used - known == set()
