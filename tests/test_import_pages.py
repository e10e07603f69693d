"""The pages of imports in a real browser, on a server of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures_server import Server

FILE = "email,tanggal,total,ulasan\n" + "".join(
    f"siti{number}@example.com,31/01/2026 08:{number:02},{number}.000,bagus sekali\n" for number in range(40)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pesanan.csv"
    path.write_text(FILE + "nobody,,,\n")
    return path


def test_a_file_becomes_touchpoints_by_clicking(
    server: Callable[..., Server], page: Page, axe: Any, file: Path
) -> None:
    shop = server()
    shop.sign_in(page)
    page.goto(f"{shop.url}/app/imports/")
    axe(page)
    page.get_by_role("link", name="Import a file").click()
    axe(page)
    page.set_input_files("#im-file", str(file))
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url("**/columns/")
    assert page.get_by_label("What email means").input_value() == "email"
    assert page.get_by_label("What tanggal means").input_value() == "time"
    assert page.get_by_label("Times are written like").input_value() == "%d/%m/%Y %H:%M"
    axe(page)

    # What only a score needs is not asked while there is none.
    expect(page.get_by_label("Scale of the score")).to_be_hidden()
    page.get_by_label("What total means").select_option("score")
    expect(page.get_by_label("Scale of the score")).to_be_visible()
    page.get_by_label("What total means").select_option("value")

    page.get_by_label("What happened").first.fill("Order Completed")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("button", name="Start the import")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("siti0@example.com")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("link", name="See the people")).to_be_visible(timeout=60_000)
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected rows").click()
    assert "nobody" in Path(download.value.path()).read_text()
    assert shop.ask("SELECT count() AS n, uniqExact(person_id) AS people FROM touchpoints") == [
        {"n": 40, "people": 40}
    ]


def test_what_is_wrong_with_an_upload_is_said_where_it_was_chosen(
    server: Callable[..., Server], phone: Page, axe: Any, tmp_path: Path, browser_faults: list[str]
) -> None:
    shop = server()
    shop.sign_in(phone)
    phone.goto(f"{shop.url}/app/imports/new/")
    (tmp_path / "x.doc").write_text("x")
    phone.set_input_files("#im-file", str(tmp_path / "x.doc"))
    phone.get_by_role("button", name="Look at it").click()
    expect(phone.get_by_role("alert")).to_contain_text("does not tell the format")
    axe(phone)
    browser_faults.clear()  # Browsers put a 422 on the console.
    # The page works on: a file that can be read is taken.
    (tmp_path / "x.csv").write_text(FILE)
    phone.set_input_files("#im-file", str(tmp_path / "x.csv"))
    phone.get_by_role("button", name="Look at it").click()
    phone.wait_for_url("**/columns/")
    axe(phone)
