"""The wheel, as somebody gets it who has neither this folder nor Node.js."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.fail(f"{done.stdout}{done.stderr}")
    return zipfile.ZipFile(next(folder.glob("jejak-*.whl")))


def test_it_holds_what_is_needed_to_run_and_no_tests(wheel):
    names = wheel.namelist()
    assert [name for name in names if "/tests/" in name] == []
    held = {Path(name).suffix for name in names if name.startswith("jejak/backoffice/static/vendor/")}
    assert {".js", ".svg", ".woff2"} <= held
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {f"jejak/locale/{language}/LC_MESSAGES/django.mo" for language in ("id", "ms")} <= set(names)


def test_it_runs_where_there_is_no_node(wheel, server, tmp_path):
    wheel.extractall(tmp_path)
    shop = server(PYTHONPATH=str(tmp_path), PATH="/nowhere")
    command = [sys.executable, "-c", "import jejak; print(jejak.__file__)"]
    told = subprocess.run(command, cwd=shop.home, env=shop.environment, capture_output=True, text=True).stdout
    assert told.strip() == str(tmp_path / "jejak" / "__init__.py")
    assert shop.get("/app/login/").status == 200
    assert shop.get("/static/vendor/echarts/echarts.js").status == 200
