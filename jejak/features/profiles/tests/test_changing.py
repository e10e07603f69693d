import json
import re

import pytest
from django.urls import reverse

from jejak.features.profiles import actions, fields, reactions
from jejak.people import consent
from jejak.people.models import Consent, Handle, Person
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.people.whole import whole
from jejak.records import kinds, own
from jejak.staff.models import AuditEntry, Team, User
from jejak.touchpoints.models import Arrival
from jejak.touchpoints.reactions import Stored

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def dewi():
    """Somebody of the staff who may do everything."""
    return User.objects.create_superuser("dewi", first_name="Dewi")


@pytest.fixture
def staff(client, dewi):
    client.force_login(dewi)
    return client


def make_siti(**traits):
    return make_person("Siti", handles={"user_id": "u-1"}, traits={"city": "Bandung", **traits})


def change(person, dewi, key, typed, *, was=None, now=NOON + HOUR):
    known = whole(person.pk)
    mark = fields.one(known, key).was if was is None else was
    return actions.change(person=known, key=key, typed=typed, was=mark, by=dewi, now=now)


def value(person, key):
    held = whole(person.pk).traits.get(key)
    return held.value if held else None


def recorded():
    return [fact for arrival in Arrival.objects.order_by("pk") for fact in json.loads(bytes(arrival.body))]


@pytest.mark.parametrize(
    ("before", "typed", "after"),
    [
        ("Bandung", "Kuala  Lumpur", "Kuala Lumpur"),
        (True, "no", False),
        (12, "1250", 1250),
        (12.5, "99.5", 99.5),
        (["vip"], "vip, loyal ,vip", ["vip", "loyal"]),
        ("Bandung", "", None),
    ],
)
def test_a_trait_is_changed_at_once_and_told_to_the_log(dewi, before, typed, after):
    siti = make_siti(held=before)
    change(siti, dewi, "trait:held", typed)
    assert value(siti, "held") == after
    (fact,) = recorded()
    assert (fact["type"], fact["handles"], fact["traits"]) == (
        "identify",
        {"user_id": "u-1"},
        {"held": after},
    )
    assert Arrival.objects.get().source == "staff"
    assert Arrival.objects.get().meta == {"trusted": True}


@pytest.mark.parametrize(
    ("key", "before", "typed", "why"),
    [
        ("held", 12, "many", "no number"),
        ("held", True, "perhaps", "Choose one"),
        ("email", "a@toko.id", "nonsense", "no e-mail address"),
        ("phone", "", "12", "no phone number"),
        ("held", "x", "y" * 3000, "too long"),
        ("held", {"deep": 1}, "flat", "cannot be changed here"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(dewi, key, before, typed, why):
    siti = make_siti(**{key: before})
    with pytest.raises(fields.BadValue, match=why):
        change(siti, dewi, f"trait:{key}", typed)
    assert value(siti, key) == before
    assert recorded() == []


def test_a_phone_is_kept_in_its_one_spelling(dewi):
    siti = make_siti()
    change(siti, dewi, "trait:phone", "0812 3456 7890")
    assert value(siti, "phone") == "+6281234567890"
    assert Person.objects.get(pk=siti.pk).phone == "+6281234567890"


def test_somebody_elses_address_is_not_taken(dewi):
    budi = make_person("Budi", handles={"email": "budi@toko.id"})
    siti = make_siti()
    with pytest.raises(fields.Taken) as taken:
        change(siti, dewi, "trait:email", "Budi@Toko.id")
    assert taken.value.other.root == budi
    change(budi, dewi, "trait:email", "budi@toko.id")  # Their own they may have.


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(dewi):
    siti = make_siti()
    seen = fields.one(whole(siti.pk), "trait:city").was
    change(siti, dewi, "trait:city", "Jakarta")
    with pytest.raises(actions.Changed) as changed:
        change(siti, dewi, "trait:city", "Medan", was=seen)
    assert changed.value.now.text == "Jakarta"
    change(siti, dewi, "trait:city", "Medan", was=changed.value.now.was)
    assert value(siti, "city") == "Medan"


def test_what_a_sender_said_with_a_fast_clock_is_still_changed(dewi):
    siti = make_siti()
    change(siti, dewi, "trait:city", "Medan", now=NOON - HOUR)
    assert value(siti, "city") == "Medan"


def test_an_owner_and_a_team_are_given_to_every_trail(dewi):
    Team.objects.create(key="care", name="Care")
    siti = make_siti()
    visitor = make_person(root=siti)
    change(siti, dewi, "owner", str(dewi.pk))
    change(siti, dewi, "team", "care")
    assert {(one.owner, one.team_key) for one in Person.objects.filter(pk__in=[siti.pk, visitor.pk])} == {
        (dewi, "care")
    }
    assert [(fact["event"], fact["properties"]) for fact in recorded()] == [
        ("Owner Assigned", {"owner": "dewi", "before": "", "by": "Dewi"}),
        ("Team Assigned", {"to": "care", "before": "", "by": "Dewi"}),
    ]


def test_tags_of_all_trails_are_changed_as_one_list(dewi):
    siti = make_siti()
    Person.objects.filter(pk=siti.pk).update(tags=["vip"])
    make_person(root=siti, tags=["loud"])
    change(siti, dewi, "tags", "vip, loyal")
    assert whole(siti.pk).tags == ["loyal", "vip"]
    (fact,) = recorded()
    assert fact["properties"] == {"added": ["loyal"], "removed": ["loud"], "by": "Dewi"}


def test_on_the_page_a_field_becomes_an_input_and_back_with_undo(staff):
    siti = make_siti()
    address = reverse("profiles:change", args=[siti.pk])
    form = staff.get(address, {"field": "trait:city"}, headers=HTMX).content.decode()
    assert 'value="Bandung"' in form
    was = re.search(r'name="was" value="(\w+)"', form)[1]
    shown = staff.post(address, {"field": "trait:city", "was": was, "typed": "Jakarta"}, headers=HTMX)
    html = shown.content.decode()
    assert "Jakarta" in html
    assert "City: saved." in shown["HX-Trigger"]
    assert 'name="typed" value="Bandung"' in html  # Undo.
    was = re.search(r'name="was" value="(\w+)"', html)[1]
    staff.post(address, {"field": "trait:city", "was": was, "typed": "Bandung", "undo": "1"}, headers=HTMX)
    assert value(siti, "city") == "Bandung"
    assert (
        list(AuditEntry.objects.filter(kind="person").values_list("verb", "detail"))
        == [("changed", {"fields": ["city"]})] * 2
    )


def test_without_scripts_it_is_a_page_and_a_redirect(staff):
    siti = make_siti()
    address = reverse("profiles:change", args=[siti.pk])
    page = staff.get(address, {"field": "tags"}).content.decode()
    assert "<html" in page
    was = re.search(r'name="was" value="(\w+)"', page)[1]
    assert staff.post(address, {"field": "tags", "was": was, "typed": "vip"}).url == f"/app/people/{siti.pk}/"
    assert whole(siti.pk).tags == ["vip"]


def test_a_conflict_and_a_mistake_are_said_beside_the_field(staff):
    siti = make_siti()
    address = reverse("profiles:change", args=[siti.pk])
    html = staff.post(
        address, {"field": "trait:city", "was": "old", "typed": "Medan"}, headers=HTMX
    ).content.decode()
    assert "It was changed meanwhile, to “Bandung”" in html
    assert 'value="Medan"' in html
    html = staff.post(
        address, {"field": "trait:email", "was": "", "typed": "no"}, headers=HTMX
    ).content.decode()
    assert "is no e-mail address" in html
    assert 'aria-invalid="true"' in html


def test_a_field_is_added_by_its_name(staff):
    siti = make_siti()
    address = reverse("profiles:change", args=[siti.pk])
    assert "Name of the field" in staff.get(address, {"field": "trait:"}, headers=HTMX).content.decode()
    staff.post(address, {"field": "trait:", "name": "shoe_size", "typed": "38", "was": ""})
    assert value(siti, "shoe_size") == "38"
    refused = staff.post(address, {"field": "trait:", "name": "$x", "typed": "38", "was": ""}, headers=HTMX)
    assert "needs a name" in refused.content.decode()


@pytest.mark.parametrize("key", ["", "nothing", "trait:$x", "trait:" + "x" * 99])
def test_there_is_no_such_field(staff, key):
    assert staff.get(reverse("profiles:change", args=[make_siti().pk]), {"field": key}).status_code == 404


def test_consent_is_noted_with_how_we_know_and_recorded(staff, eventlog):
    siti = make_siti()
    address = reverse("profiles:consent", args=[siti.pk])
    asked = {"purpose": "marketing", "channel": "whatsapp"}
    assert "not asked" in staff.get(address, asked, headers=HTMX).content.decode()
    assert (
        "Say how you know" in staff.post(address, asked | {"is_given": "yes"}, headers=HTMX).content.decode()
    )
    assert not Consent.objects.exists()
    staff.post(address, asked | {"is_given": "yes", "evidence": "On the phone"}, headers=HTMX)
    consent.check([siti.pk], purpose="marketing", channel="whatsapp")
    (fact,) = recorded()
    assert (fact["event"], fact["properties"]["evidence"]) == ("Consent Given", "On the phone")
    assert "Marketing, WhatsApp: given" in staff.get(f"/app/people/{siti.pk}/").content.decode()


@pytest.mark.parametrize("asked", [{}, {"purpose": "spam", "channel": "email"}])
def test_there_is_no_such_consent(staff, asked):
    assert staff.get(reverse("profiles:consent", args=[make_siti().pk]), asked).status_code == 404


def test_what_senders_say_of_consent_is_kept_once():
    siti = make_siti()
    said = Stored(
        message_id="m", trail_id=siti.pk, kind="track", name="Consent Withdrawn", channel="email", happened_at=NOON,
        source="shop", properties='{"purpose": "service", "evidence": "unsubscribed"}',
    )  # fmt: skip
    reactions.keep_consent([said, said], NOON)
    line = Consent.objects.get()
    assert (line.purpose, line.channel, line.is_given, line.source) == ("service", "email", False, "shop")


@pytest.mark.django_db(databases=["default", "inlet"])
def test_whom_one_does_not_reach_is_not_there(client, eventlog):
    care = Team.objects.create(key="care", name="Care")
    rina = User.objects.create_user("rina", password="x", sees=User.Sees.OWN_TEAMS, is_staff=True)
    from django.contrib.auth.models import Permission

    rina.user_permissions.set(
        Permission.objects.filter(
            codename__in=["access_admin", "view_person", "change_person", "forget_person"]
        )
    )
    rina.teams.add(care)
    client.force_login(rina)
    mine, others = make_person("Siti", team_key="care"), make_person("Budi", team_key="shop")
    Handle.objects.create(person=mine, kind="user_id", value="u-1", first_seen_at=NOON)
    queries = {
        "change": "?field=tags",
        "consent": "?purpose=service&channel=email",
        "inside": "?fold=v&from=0&to=1",
    }
    for name in ("person", "said", "story", "inside", "change", "consent", "write", "forget"):
        address, other = (reverse(f"profiles:{name}", args=[one.pk]) for one in (mine, others))
        assert client.get(address + queries.get(name, "")).status_code == 200, name
        assert client.get(other + queries.get(name, "")).status_code == 404, name
    for name in ("change", "consent", "write", "forget"):
        assert client.post(reverse(f"profiles:{name}", args=[others.pk])).status_code == 404, name


def test_an_own_field_is_typed_and_shown_as_it_was_declared(dewi):
    own.declare_field(
        kind=kinds.kind("person"),
        label="Size",
        type="choice",
        choices=[("s", "Small"), ("l", "Large")],
        now=NOON,
    )
    own.declare_field(kind=kinds.kind("person"), label="Limit", type="money", currency="IDR", now=NOON)
    siti = make_siti()
    assert [one.label for one in fields.of_traits(whole(siti.pk))][3:5] == ["Size", "Limit"]

    change(siti, dewi, "trait:size", "l")
    change(siti, dewi, "trait:limit", "1.500.000")

    shown = {one.key: one.text for one in fields.of_traits(whole(siti.pk))}
    assert (value(siti, "size"), shown["trait:size"]) == ("l", "Large")
    assert (value(siti, "limit"), shown["trait:limit"]) == (1500000, "Rp\N{NO-BREAK SPACE}1,500,000")
    with pytest.raises(fields.BadValue):
        change(siti, dewi, "trait:size", "huge")
