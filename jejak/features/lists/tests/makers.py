"""Records and files for the tests of lists."""

from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jejak.features.lists import background
from jejak.features.lists.models import Work
from jejak.records import changing, kinds, own

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def make_vehicle():
    """Return the kind of an own object with some fields."""
    own.declare_object(name="Vehicle", plural="Vehicles", title_label="Plate", now=NOON)
    kind = kinds.kind("vehicle")
    brands = [("toyota", "Toyota"), ("honda", "Honda")]
    own.declare_field(kind=kind, label="Brand", type="choice", choices=brands, now=NOON)
    own.declare_field(kind=kind, label="Price", type="money", currency="IDR", now=NOON)
    return kinds.kind("vehicle")


def make(kind, title, **values):
    """Return a record of a kind."""
    return changing.make(kind=kind, values={kind.title: title} | values, by=None, now=NOON)


def work_off():
    """Do what waits, as the thread of the server would."""
    for work in Work.objects.filter(state=Work.State.WAITING):
        background.run(work)


def upload(client, kind, name, text):
    """Upload a file, and return its work with the columns guessed."""
    file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    response = client.post(reverse("lists:import", args=[kind]), {"file": file})
    assert response.status_code == 302, response.context["fault"]
    return Work.objects.latest("pk")


def take_in(client, kind, name, text, **said):
    """Upload a file, try it and take it in by the guessed columns; return its work."""
    work = upload(client, kind, name, text)
    work = try_out(client, work, **said)
    client.post(reverse("lists:import_one", args=[kind, work.pk]))
    work_off()
    work.refresh_from_db()
    return work


def try_out(client, work, **said):
    """Try an upload by the guessed columns and what is said otherwise; return its work."""
    page = client.get(reverse("lists:import_columns", args=[work.kind, work.pk]))
    given = {name: chosen for name, _column, chosen, _examples in page.context["columns"]}
    given |= {"key": page.context["key"], "mode": page.context["mode"]} | said
    client.post(reverse("lists:import_columns", args=[work.kind, work.pk]), given)
    work_off()
    work.refresh_from_db()
    return work
