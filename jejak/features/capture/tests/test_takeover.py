"""Trying to be somebody else, from a page whose key anybody can read. Through the door, the pipeline and the log."""

import hashlib
import hmac

import pytest

from jejak.features.capture import actions
from jejak.features.capture.models import Source
from jejak.features.capture.tests.door import NOON, knock
from jejak.people import claims, signing
from jejak.people.models import Company, Handle, Membership, Merge, Person, SharedHandle, Suggestion
from jejak.people.whole import whole
from jejak.touchpoints import refusals, worker
from jejak.touchpoints.models import Refusal
from jejak.touchpoints.understanding import forget_people

pytestmark = pytest.mark.django_db(
    transaction=True,
    databases=["default", "inlet"],
    available_apps=["jejak.features.capture", "jejak.touchpoints", "jejak.people"],
)


class Shop:
    """A trusted server and a page of which anybody knows the key; Siti is known."""

    def __init__(self) -> None:
        claims.forget()
        forget_people()
        self.server = actions.add_source(name="Backend", now=NOON)[1]
        self.page_source, self.page = actions.add_source(name="Web shop", channel="web", now=NOON)
        self.secret = signing.secret(self.page_source.pk, 1)
        self.sent = 0
        self.send(
            self.server,
            {
                "type": "identify",
                "userId": "siti",
                "traits": {"name": "Siti", "email": "siti@toko.id", "phone": "+628123456789"},
            },
            {"type": "track", "event": "Order Completed", "userId": "siti"},
            {"type": "group", "userId": "siti", "groupId": "toko", "traits": {"name": "Toko"}},
        )
        self.before = self.siti()

    def sign(self, text: str) -> str:
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def send(self, key: str, *messages: dict, path: str = "/v1/batch") -> None:
        for message in messages:
            self.sent += 1
            message.setdefault("messageId", f"m-{self.sent}")
        assert knock("POST", path, {"batch": list(messages)}, key=key).status == 200
        worker.drain()

    def siti(self):
        """Everything that is known of Siti, and what the log counts for her."""
        person = whole(Handle.objects.get(kind="user_id", value="siti").person_id)
        handles = Handle.objects.filter(person__in=person.trail_ids).order_by("kind", "value")
        return (
            person.trail_ids,
            person.name,
            person.email,
            {key: trait.value for key, trait in person.traits.items()},
            list(handles.values_list("kind", "value")),
            list(
                Membership.objects.filter(person__in=person.trail_ids).values_list(
                    "company__key", "company__name"
                )
            ),
        )


@pytest.fixture
def shop(eventlog):
    return Shop()


def touchpoints_of(eventlog, person_id: int) -> int:
    return eventlog.ask("SELECT count() FROM touchpoints WHERE person_id = {id:UInt64}", id=person_id).rows[
        0
    ][0]


TRAITS = {"name": "Mallory", "email": "mallory@jahat.example"}
ATTACKS = {
    "a plain identify": {"type": "identify", "userId": "siti", "traits": TRAITS},
    "with her e-mail": {"type": "identify", "traits": {"email": "siti@toko.id", "name": "Mallory"}},
    "with her e-mail, otherwise written": {"type": "identify", "traits": {"email": " <SITI@Toko.ID> "}},
    "with her phone": {"type": "identify", "traits": {"phone": "0812-3456-789"}},
    "in the context": {"type": "identify", "traits": {}, "context": {"traits": {"email": "siti@toko.id"}}},
    "by handles": {"type": "track", "event": "X", "handles": {"user_id": "siti", "email": "siti@toko.id"}},
    "by handles of another kind": {"type": "track", "event": "X", "handles": {"whatsapp": "628123456789"}},
    "a touchpoint": {"type": "track", "event": "X", "userId": "siti"},
    "a page": {"type": "page", "userId": "siti"},
    "an alias onto her": {"type": "alias", "userId": "siti", "previousId": "mallorys-browser"},
    "an alias from her": {"type": "alias", "userId": "mallory", "previousId": "siti"},
    "a group in her name": {
        "type": "group",
        "userId": "siti",
        "groupId": "jahat",
        "traits": {"name": "Jahat"},
    },
    "her company renamed": {"type": "group", "groupId": "toko", "traits": {"name": "Mallory's"}},
    "space around": {"type": "identify", "userId": " siti ", "traits": TRAITS},
    "an unseen character": {"type": "identify", "userId": "si\u200bti", "traits": TRAITS},
    "an empty signature": {
        "type": "identify",
        "userId": "siti",
        "traits": TRAITS,
        "context": {"identity": {"signature": ""}},
    },
    "a signature of another shape": {
        "type": "identify",
        "userId": "siti",
        "context": {"identity": {"signature": [1]}},
    },
    "an identity of another shape": {"type": "identify", "userId": "siti", "context": {"identity": "siti"}},
    "a made-up signature": {
        "type": "identify",
        "userId": "siti",
        "context": {"identity": {"signature": "0" * 64}},
    },
    "a look-alike": {"type": "identify", "userId": "ѕiti", "traits": TRAITS},
    "the claim's own kind": {"type": "track", "event": "X", "handles": {"claimed_id": "1/user_id:siti"}},
    "saying to be trusted": {
        "type": "identify",
        "userId": "siti",
        "trusted": True,
        "meta": {"trusted": True},
        "context": {"trusted": True},
    },
}


@pytest.mark.parametrize("browser", [{"anonymousId": "mallorys-browser"}, {}], ids=["browser", "no browser"])
def test_nobody_becomes_siti_without_a_signature(shop, eventlog, browser):
    root = shop.before[0][0]
    for name, attack in ATTACKS.items():
        kept = eventlog.ask("SELECT count() FROM touchpoints").rows[0][0]
        shop.send(
            shop.page,
            {"anonymousId": "mallorys-browser"} | attack if "groupId" in attack else browser | attack,
        )
        assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(kept + 1,)], name
        assert (shop.siti(), touchpoints_of(eventlog, root)) == (shop.before, 3), name
        assert Merge.objects.count() == 0, name
        assert Company.objects.get(key="toko").name == "Toko", name
        assert not Person.objects.filter(name="Mallory").exists(), name


def test_signatures_of_something_else_prove_nothing(shop, eventlog):
    other_source, _key = actions.add_source(name="Blog", channel="web", now=NOON)
    old = shop.sign("siti")
    tricks = {
        "of her own id": shop.sign("mallory"),
        "of another source": signing.sign(signing.secret(other_source.pk, 1), "user_id", "siti"),
        "of her e-mail": shop.sign("siti@toko.id"),
        "of her e-mail as one": shop.sign("email\nsiti@toko.id"),
        "cut short": old[:32],
        "in capitals": old.upper(),
        "with space": old + " ",
        "of capitals": shop.sign("SITI"),
        "of an unseen character": shop.sign("si\u200bti"),
        "without a secret": hashlib.sha256(b"siti").hexdigest(),
    }
    for name, signature in tricks.items():
        message = {
            "type": "identify",
            "userId": "si\u200bti" if name == "of an unseen character" else "siti",
            "anonymousId": "mallorys-browser",
            "traits": TRAITS,
            "context": {"identity": {"signature": signature}},
        }
        shop.send(shop.page, message)
        assert shop.siti() == shop.before, name
    assert Merge.objects.count() == 0


def test_a_signed_user_cannot_claim_the_email_of_another(shop):
    proof = {
        "identity": {"signature": shop.sign("mallory"), "signatures": {"email": shop.sign("siti@toko.id")}}
    }
    shop.send(
        shop.page,
        {
            "type": "identify",
            "userId": "mallory",
            "anonymousId": "b",
            "traits": {"email": "siti@toko.id"},
            "context": proof,
        },
        {"type": "alias", "userId": "mallory", "previousId": "siti", "context": proof},
        {
            "type": "group",
            "userId": "mallory",
            "groupId": "toko",
            "traits": {"name": "Mallory's"},
            "context": proof,
        },
    )
    assert shop.siti() == shop.before
    assert Company.objects.get(key="toko").name == "Toko"


POSTHOG = {
    "$identify": {
        "event": "$identify",
        "distinct_id": "siti",
        "properties": {"$anon_distinct_id": "b", "$set": TRAITS},
    },
    "$set": {
        "event": "$set",
        "distinct_id": "siti",
        "properties": {"$set": {"email": "siti@toko.id"}, "$device_id": "b"},
    },
    "$create_alias": {"event": "$create_alias", "distinct_id": "siti", "properties": {"alias": "b"}},
    "$create_alias back": {"event": "$create_alias", "distinct_id": "b", "properties": {"alias": "siti"}},
    "$merge_dangerously": {
        "event": "$merge_dangerously",
        "distinct_id": "b",
        "properties": {"alias": "siti"},
    },
    "an event": {
        "event": "Bought",
        "distinct_id": "siti",
        "properties": {"$device_id": "b", "$is_identified": True},
    },
    "a user id beside": {"event": "Bought", "distinct_id": "b", "properties": {"$user_id": "siti"}},
    "$groupidentify": {
        "event": "$groupidentify",
        "distinct_id": "siti",
        "properties": {
            "$device_id": "b",
            "$group_type": "company",
            "$group_key": "toko",
            "$group_set": {"name": "Mallory's"},
        },
    },
}


def test_nor_in_the_words_of_posthog(shop):
    for name, attack in POSTHOG.items():
        body = {"api_key": shop.page, "batch": [{**attack, "uuid": f"p-{name}"}]}
        assert knock("POST", "/batch", body).status == 200
        worker.drain()
        assert shop.siti() == shop.before, name
        assert (Merge.objects.count(), Company.objects.get(key="toko").name) == (0, "Toko"), name


def test_a_signature_proves_it_in_every_clients_words(shop, eventlog):
    signature = shop.sign("siti")
    ways = [
        {"context": {"identity": {"signature": signature}}},
        {"integrations": {"Jejak": {"signature": signature}}},
        {"context": {"identity": {"signatures": {"user_id": signature}}}},
    ]
    for number, way in enumerate(ways):
        shop.send(shop.page, {"type": "page", "anonymousId": f"laptop-{number}"})
        shop.send(
            shop.page,
            {
                "type": "identify",
                "userId": "siti",
                "anonymousId": f"laptop-{number}",
                "traits": {"city": "Bandung"},
                **way,
            },
        )
    event = {
        "event": "$identify",
        "distinct_id": "siti",
        "properties": {"$anon_distinct_id": "laptop-3", "jejak_signature": signature},
    }
    assert knock("POST", "/batch", {"api_key": shop.page, "batch": [event]}).status == 200
    worker.drain()

    siti = whole(Handle.objects.get(kind="user_id", value="siti").person_id)
    devices = Handle.objects.filter(person__in=siti.trail_ids, kind="anonymous_id")
    assert sorted(devices.values_list("value", flat=True)) == [f"laptop-{number}" for number in range(4)]
    assert siti.traits["city"].value == "Bandung"
    assert touchpoints_of(eventlog, siti.root.pk) == 3 + 2 * 3 + 1


def test_a_signed_email_is_a_handle(shop):
    proof = {"signature": shop.sign("budi"), "signatures": {"email": shop.sign("email\nbudi@toko.id")}}
    shop.send(
        shop.page,
        {
            "type": "identify",
            "userId": "budi",
            "traits": {"email": "Budi@Toko.id"},
            "context": {"identity": proof},
        },
    )
    assert (
        Handle.objects.get(kind="email", value="budi@toko.id").person
        == Handle.objects.get(value="budi").person
    )


def test_a_claim_waits_for_staff_once_and_joins_when_it_is_proven(shop, eventlog):
    claim = {"type": "identify", "userId": "siti", "anonymousId": "laptop"}
    for _ in range(3):
        shop.send(shop.page, dict(claim))
    suggestion = Suggestion.objects.get()
    assert (suggestion.rule, suggestion.evidence["shared"]) == ("claimed", ["user_id", "siti"])

    shop.send(shop.server, dict(claim))
    siti = whole(shop.before[0][0])
    assert Handle.objects.get(value="laptop").person_id in siti.trail_ids
    assert touchpoints_of(eventlog, siti.root.pk) == 3 + 3 + 1


def test_made_up_browsers_cannot_fill_the_list(shop):
    many = [{"type": "identify", "userId": "siti", "anonymousId": f"b-{number}"} for number in range(60)]
    shop.send(shop.page, *many)
    assert Suggestion.objects.count() == claims.MOST_OPEN


def test_a_new_user_does_not_inherit_who_claimed_to_be_them(shop, eventlog):
    shop.send(
        shop.page, {"type": "identify", "userId": "ayu", "anonymousId": "mallorys-browser", "traits": TRAITS}
    )
    shop.send(shop.page, {"type": "track", "event": "X", "userId": "ayu"})  # Without any browser.
    shop.send(shop.server, {"type": "identify", "userId": "ayu", "traits": {"name": "Ayu"}})

    ayu = whole(Handle.objects.get(kind="user_id", value="ayu").person_id)
    assert ({key: trait.value for key, trait in ayu.traits.items()}, len(ayu.trails)) == ({"name": "Ayu"}, 1)
    assert touchpoints_of(eventlog, ayu.root.pk) == 1


def test_a_batch_may_mix_what_is_proven_and_what_is_not(shop):
    proof = {"context": {"identity": {"signature": shop.sign("budi")}}}
    shop.send(
        shop.page,
        {"type": "identify", "userId": "siti", "anonymousId": "b", "traits": TRAITS},
        {"type": "identify", "userId": "budi", "anonymousId": "b", "traits": {"name": "Budi"}, **proof},
        {"type": "track", "event": "X", "userId": "siti", "anonymousId": "b"},
    )
    assert shop.siti() == shop.before
    budi = whole(Handle.objects.get(kind="user_id", value="budi").person_id)
    assert (budi.name, Handle.objects.get(value="b").person_id in budi.trail_ids) == ("Budi", True)


def test_a_new_secret_ends_the_old_signatures(shop):
    old = shop.sign("siti")
    actions.renew_secret(source=shop.page_source)
    message = {
        "type": "identify",
        "userId": "siti",
        "anonymousId": "b",
        "traits": TRAITS,
        "context": {"identity": {"signature": old}},
    }
    shop.send(shop.page, message)
    assert shop.siti() == shop.before
    assert signing.secret(shop.page_source.pk, 2) != shop.secret


def test_a_refused_message_is_no_more_trusted_when_it_is_replayed(shop, settings):
    settings.MESSAGE_BYTES = 300
    large = {"type": "identify", "userId": "siti", "anonymousId": "b", "traits": {**TRAITS, "x": "x" * 300}}
    assert knock("POST", "/v1/identify", large, key=shop.page).status == 400
    worker.drain()
    settings.MESSAGE_BYTES = 5000
    refusals.replay(refusals=Refusal.objects.all(), now=NOON)
    worker.drain()
    assert shop.siti() == shop.before


def test_a_trusted_source_needs_no_signature(shop):
    shop.send(
        shop.server,
        {"type": "identify", "userId": "siti", "anonymousId": "till", "traits": {"name": "Siti R"}},
    )
    assert (shop.siti()[1], Handle.objects.get(value="till").person_id in shop.siti()[0]) == ("Siti R", True)


@pytest.mark.parametrize(
    ("channel", "identity"), [("web", "signed"), ("app", "signed"), ("", "trusted"), ("store", "trusted")]
)
def test_a_page_or_an_app_is_not_trusted_unless_somebody_says_so(shop, channel, identity):
    assert actions.add_source(name="New", channel=channel, now=NOON)[0].identity == identity
    said = actions.add_source(name="Said", channel=channel, identity=Source.Identity.TRUSTED, now=NOON)[0]
    assert said.identity == "trusted"


def test_what_stands_for_nobody_joins_nobody(shop):
    nobodies = [
        "undefined",
        "null",
        "None",
        "0",
        0,
        "guest",
        "anonymous",
        "[object Object]",
        "NaN",
        "",
        " ",
        "-1",
    ]
    shop.send(
        shop.server,
        *(
            {"type": "identify", "userId": nobody, "anonymousId": f"b-{number}", "traits": {"email": nobody}}
            for number, nobody in enumerate(nobodies * 2)
        ),
    )
    browsers = Handle.objects.filter(kind="anonymous_id")
    assert browsers.values("person").distinct().count() == len(nobodies) * 2
    assert Handle.objects.filter(kind="user_id").count() == 1
    assert (Merge.objects.exists(), SharedHandle.objects.exists()) == (False, False)
