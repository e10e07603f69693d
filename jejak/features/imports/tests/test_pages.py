"""The pages of imports, asked by a client; tests/test_import_pages.py looks at them in a browser."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jejak.features.imports import actions, background, running
from jejak.features.imports.models import Import
from jejak.features.imports.tests.makers import NOON, ORDERS
from jejak.touchpoints import definitions, understanding, worker

pytestmark = pytest.mark.django_db(databases=["default", "inlet"], transaction=True)

FILE = "email,at,total\nsiti@example.com,2026-01-31 10:00,5\nbudi@example.com,2026-01-31 11:00,x\n"


@pytest.fixture(autouse=True)
def _here_and_now(eventlog: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Do at once what a thread would do, in a home of its own."""
    settings.HOME = tmp_path
    understanding.forget_people()
    definitions.forget()
    monkeypatch.setattr(background, "try_out", lambda taken: actions.try_out(taken=taken, now=NOON))
    monkeypatch.setattr(background, "wake", lambda: None)


@pytest.fixture
def staff(client: Client) -> Client:
    user = get_user_model().objects.create_superuser(
        username="ayu", email="ayu@example.com", password="x" * 12
    )
    client.force_login(user)
    return client


def work(progress: running.Progress) -> None:
    worker.drain()


def upload(client: Client, text: str = FILE, name: str = "orders.csv") -> Any:
    return client.post("/app/imports/new/", {"file": SimpleUploadedFile(name, text.encode())})


def chosen(**more: str) -> dict[str, str]:
    settings = {
        "touchpoint": "Order Completed",
        "channel": "web",
        "time_format": "iso",
        "zone": "Asia/Jakarta",
    }
    columns = {"role-0": "email", "type-0": "text", "role-1": "time", "type-1": "time", "role-2": "value"}
    return {
        "by": "columns",
        "name": "orders",
        "decimal": ".",
        "currency": "idr",
        **settings,
        **columns,
        **more,
    }


def test_from_the_upload_to_the_result(staff: Client) -> None:
    answer = upload(staff)
    taken = Import.objects.get()
    assert answer.headers["Location"] == f"/app/imports/{taken.pk}/columns/"
    page = staff.get(answer.headers["Location"]).content.decode()
    assert "siti@example.com" in page
    assert '<option value="email" selected>' in page

    staff.post(f"/app/imports/{taken.pk}/columns/", chosen())
    taken.refresh_from_db()
    assert (taken.state, taken.trial["touchpoints"], taken.trial["rejected"]) == ("draft", 1, 1)
    page = staff.get(f"/app/imports/{taken.pk}/").content.decode()
    assert "Start the import" in page
    assert "total: &#x27;x&#x27; is not a number." in page

    staff.post(f"/app/imports/{taken.pk}/start/")
    taken.refresh_from_db()
    assert taken.state == Import.State.WAITING
    actions.run(taken=taken, now=NOON, tell=work)
    page = staff.get(f"/app/imports/{taken.pk}/").content.decode()
    assert "Import again with changes" in page
    rejects = b"".join(staff.get(f"/app/imports/{taken.pk}/rejects/"))  # type: ignore[call-overload]
    assert rejects.decode().splitlines()[1].startswith("orders.csv,3,total: 'x' is not a number.")
    mapping = staff.get(f"/app/imports/{taken.pk}/mapping/").content.decode()
    assert 'currency = "IDR"' in mapping


def test_a_ready_mapping_and_a_written_one_are_taken_too(staff: Client) -> None:
    upload(staff, "user_id,event,timestamp\n7,cart,2026-01-31\n", "clicks.csv")
    taken = Import.objects.get()
    columns = f"/app/imports/{taken.pk}/columns/"
    assert "fits this file" in staff.get(columns + "?by=shipped").content.decode()
    staff.post(columns, {"by": "shipped", "shipped": "simple-shop"})
    taken.refresh_from_db()
    assert (taken.mapping_name, taken.trial["names"]) == ("simple-shop", {"Cart Viewed": 1})
    mine = taken.mapping.replace('name = "simple-shop"', 'name = "mine"').replace("Cart Viewed", "Cart Seen")
    staff.post(columns, {"by": "text", "text": mine})
    taken.refresh_from_db()
    assert (taken.mapping_name, taken.trial["names"]) == ("mine", {"Cart Seen": 1})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"by": "text", "text": ORDERS.replace('"total"', '"totl"')},
            "the file has no column &#x27;totl&#x27;",
        ),
        ({"by": "text", "text": "name ="}, "it is not TOML"),
        ({"by": "shipped", "shipped": "../secrets"}, "Choose one of the mappings."),
        (chosen(touchpoint=""), "Say what happened, or which column says it."),
        (chosen(name="Not A Name"), "Small letters, digits"),
        (chosen(**{"role-1": ""}), "say which column holds the time"),
        (chosen(**{"role-2": "score"}), "a score needs its scale"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(staff: Client, given: dict[str, str], says: str) -> None:
    upload(staff)
    taken = Import.objects.get()
    answer = staff.post(f"/app/imports/{taken.pk}/columns/", given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    if given["by"] == "text":
        assert given["text"].splitlines()[0] in page
    assert Import.objects.get().state == Import.State.DRAFT


def test_an_upload_that_is_no_file_we_read_leaves_nothing(staff: Client, settings: Any) -> None:
    assert "Choose a file first." in staff.post("/app/imports/new/", {}).content.decode()
    assert "does not tell the format" in upload(staff, "x", "x.doc").content.decode()
    assert "the file is empty" in upload(staff, " ", "x.csv").content.decode()
    settings.IMPORT_BYTES = 10
    answer = upload(staff)
    assert (answer.status_code, "larger than" in answer.content.decode()) == (413, True)
    assert not Import.objects.exists()
    assert [path for path in (Path(settings.HOME) / "imports").rglob("*") if path.is_file()] == []


def test_the_same_upload_again_leads_to_its_import(staff: Client) -> None:
    upload(staff)
    first = Import.objects.get()
    staff.post(f"/app/imports/{first.pk}/columns/", chosen())
    upload(staff)
    second = Import.objects.latest("pk")
    answer = staff.post(f"/app/imports/{second.pk}/columns/", chosen())
    assert "imported by a mapping of this name already" in answer.content.decode()
    assert f"/app/imports/{first.pk}/" in answer.content.decode()


def test_an_import_can_be_stopped_while_it_waits_and_go_on(staff: Client) -> None:
    upload(staff)
    taken = Import.objects.get()
    staff.post(f"/app/imports/{taken.pk}/columns/", chosen())
    states = []
    for verb in ("start", "stop", "start"):
        staff.post(f"/app/imports/{taken.pk}/{verb}/")
        taken.refresh_from_db()
        states.append(taken.state)
    assert states == ["waiting", "stopped", "waiting"]


def test_an_import_that_was_cut_off_says_so_and_goes_on_with_the_next_process(staff: Client) -> None:
    upload(staff)
    taken = Import.objects.get()
    staff.post(f"/app/imports/{taken.pk}/columns/", chosen())
    Import.objects.update(state=Import.State.RUNNING)
    assert "was cut off" in staff.get(f"/app/imports/{taken.pk}/").content.decode()
    background.begin()
    taken.refresh_from_db()
    assert taken.state == Import.State.WAITING


def test_removing_takes_our_copy_and_leaves_the_touchpoints(staff: Client) -> None:
    upload(staff)
    taken = Import.objects.get()
    staff.post(f"/app/imports/{taken.pk}/columns/", chosen())
    actions.start(taken=taken, by=None, now=NOON)
    actions.run(taken=taken, now=NOON, tell=work)
    path, rejects = Path(taken.path), Path(taken.rejects_path)
    assert (path.is_file(), rejects.is_file()) == (True, True)
    staff.post(f"/app/imports/{taken.pk}/remove/")
    assert (path.exists(), rejects.exists(), Import.objects.exists()) == (False, False, False)
    assert actions.count_stored("orders") == 1


def test_a_file_that_was_never_ours_is_not_deleted(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(FILE)
    taken = actions.register(path=path, mapping_text=ORDERS, rejects_path=None, now=NOON)
    actions.remove(taken=taken)
    assert path.exists()


def test_old_copies_are_tidied_up(staff: Client, settings: Any) -> None:
    upload(staff)
    taken = Import.objects.get()
    staff.post(f"/app/imports/{taken.pk}/columns/", chosen())
    actions.start(taken=taken, by=None, now=NOON)
    actions.run(taken=taken, now=NOON, tell=work)
    Import.objects.update(ended_at=NOON)
    actions.tidy_up(now=NOON + timedelta(days=settings.IMPORT_KEEP_DAYS - 1))
    assert Path(taken.path).is_file()
    actions.tidy_up(now=NOON + timedelta(days=settings.IMPORT_KEEP_DAYS + 1))
    assert not Path(taken.path).exists()
    assert "Import again" not in staff.get(f"/app/imports/{taken.pk}/").content.decode()


def test_the_list_asks_the_same_number_of_questions_with_1_and_with_3_rows(staff: Client) -> None:
    questions = []
    for number in range(3):
        upload(staff, FILE + f"{number}@example.com,2026-01-31 11:00,1\n", f"{number}.csv")
        with CaptureQueriesContext(connection) as asked:
            staff.get("/app/imports/")
        questions.append(len(asked))
    assert questions[0] == questions[2]


@pytest.mark.parametrize(
    ("permission", "statuses"), [("", (302, 302)), ("view_import", (200, 302)), ("add_import", (302, 200))]
)
def test_imports_are_for_those_who_may(client: Client, permission: str, statuses: tuple[int, int]) -> None:
    user = get_user_model().objects.create_user(username="budi", password="x" * 12, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    if permission:
        user.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(user)
    found = tuple(client.get(address).status_code for address in ("/app/imports/", "/app/imports/new/"))
    assert found == statuses
