"""Who is it?"""

import random
from datetime import UTC, datetime, timedelta

import pytest

from jejak.people import merging
from jejak.people.models import Handle, Merge, Person, Suggestion
from jejak.people.resolving import Asked, Resolver, roots_of

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def asked(*handles: str, alias_of: str | None = None, at: datetime = NOON) -> Asked:
    """Make a message's handles from words such as "user_id:siti", strongest first."""
    pairs = [tuple(handle.split(":", 1)) for handle in handles]
    return Asked(
        handles=tuple((kind, value) for kind, value in pairs), at=at, source="shop", alias_of=alias_of
    )


def resolve(*messages: Asked, resolver: Resolver | None = None) -> list[int]:
    """Resolve messages as one batch and return the person who stands for each."""
    resolver = resolver or Resolver()
    trails = resolver.resolve(messages)
    resolver.remember()
    roots = roots_of(trails)
    return [roots[trail] for trail in trails]


def test_the_same_handle_is_the_same_person() -> None:
    first, second, other = resolve(asked("user_id:siti"), asked("user_id:siti"), asked("user_id:budi"))
    assert (first == second, first == other) == (True, False)
    assert resolve(asked("user_id:budi"), asked("user_id:siti")) == [other, first]


def test_a_new_user_id_makes_an_anonymous_person_known() -> None:
    browsing = resolve(asked("anonymous_id:laptop"))
    known = resolve(asked("user_id:siti", "anonymous_id:laptop"))
    assert browsing == known
    assert Person.objects.count() == 1


def test_a_second_device_joins_by_an_edge_with_its_evidence() -> None:
    resolve(asked("user_id:siti", "anonymous_id:laptop"))
    resolve(asked("anonymous_id:tablet"))
    resolve(asked("user_id:siti", "anonymous_id:tablet"))
    siti = Handle.objects.get(kind="user_id").person_id
    edge = Merge.objects.get()
    assert (edge.person_id, edge.rule) == (siti, "same_anonymous_id")
    assert edge.evidence == {"handles": [["user_id", "siti"], ["anonymous_id", "tablet"]], "source": "shop"}
    assert Person.objects.get(pk=edge.other_id).root_id == siti
    assert Handle.objects.get(value="tablet").person_id == edge.other_id


def test_who_has_a_user_id_stands_for_who_has_none_although_younger() -> None:
    resolve(asked("email:siti@toko.id"))
    resolve(asked("user_id:siti"))
    (siti,) = resolve(asked("user_id:siti", "email:siti@toko.id"))
    assert siti == Handle.objects.get(kind="user_id").person_id


@pytest.mark.parametrize("shared", ["anonymous_id:laptop", "email:keluarga@toko.id", "phone:+628123456789"])
def test_two_users_are_never_one_because_they_shared_something(shared: str) -> None:
    (siti,) = resolve(asked("user_id:siti", shared))
    (budi,) = resolve(asked("user_id:budi", shared))
    assert siti != budi
    (nobody,) = resolve(asked(shared))
    assert nobody not in (siti, budi)
    kind, value = shared.split(":")
    suggestion = Suggestion.objects.get()
    assert (suggestion.rule, suggestion.evidence["shared"]) == (f"shared_{kind}", [kind, value])
    assert Merge.objects.count() == 0


def test_two_known_users_on_one_browser_are_suggested_once() -> None:
    resolve(asked("user_id:siti", "anonymous_id:laptop"), asked("user_id:budi"))
    for _ in range(3):
        resolve(asked("user_id:budi", "anonymous_id:laptop"))
    assert (Merge.objects.count(), Suggestion.objects.count()) == (0, 1)


def test_an_alias_joins_whatever_the_ids_are() -> None:
    siti, old = resolve(asked("user_id:siti"), asked("user_id:old-siti"))
    assert siti != old
    assert resolve(asked("user_id:siti", alias_of="old-siti")) == [siti]
    assert len(set(resolve(asked("user_id:siti"), asked("user_id:old-siti")))) == 1
    assert Merge.objects.get().rule == "alias"


def test_an_alias_of_nobody_is_kept_for_later() -> None:
    (siti,) = resolve(asked("user_id:siti", alias_of="laptop"))
    assert resolve(asked("anonymous_id:laptop")) == [siti]


def test_ids_of_other_systems_join_orders_to_their_person() -> None:
    (reviewer,) = resolve(asked("order_id:7"))
    (buyer,) = resolve(asked("customer_id:c1", "order_id:7"))
    (member,) = resolve(asked("user_id:siti", "customer_id:c1"))
    assert len({reviewer, buyer, member}) <= 2
    assert len(set(resolve(asked("order_id:7"), asked("customer_id:c1"), asked("user_id:siti")))) == 1


def test_three_trails_become_one_person_step_by_step() -> None:
    resolve(asked("anonymous_id:a"), asked("anonymous_id:b"), asked("anonymous_id:c"))
    resolve(asked("anonymous_id:a", "phone:+62811"), asked("phone:+62811", "anonymous_id:b"))
    resolve(asked("user_id:siti", "anonymous_id:c"), asked("user_id:siti", "phone:+62811"))
    assert len(set(resolve(*[asked(f"anonymous_id:{one}") for one in "abc"], asked("user_id:siti")))) == 1


@pytest.mark.parametrize("seed", range(12))
def test_cutting_the_messages_into_batches_changes_nothing(seed: int) -> None:
    dice = random.Random(seed)
    kinds = {"user_id": 5, "email": 6, "phone": 4, "anonymous_id": 8}
    messages = []
    for number in range(60):
        chosen = sorted(dice.sample(list(kinds), dice.choice([1, 1, 2, 3])), key=list(kinds).index)
        handles = [f"{kind}:{run}-{dice.randrange(kinds[kind])}" for kind in chosen for run in ["@"]]
        alias_of = f"@-{dice.randrange(5)}" if dice.random() < 0.03 else None
        messages.append((handles, alias_of, NOON + timedelta(seconds=number)))

    def grouped(run: str, sizes: list[int]) -> list[int]:
        resolver, left = Resolver(), list(messages)
        for size in sizes:
            batch, left = left[:size], left[size:]
            resolve(
                *[
                    asked(*[h.replace("@", run) for h in hs], alias_of=a and a.replace("@", run), at=at)
                    for hs, a, at in batch
                ],
                resolver=resolver if dice.random() < 0.5 else Resolver(),
            )
        final = resolve(*[asked(hs[0].replace("@", run)) for hs, _, _ in messages])
        numbers = {root: number for number, root in enumerate(dict.fromkeys(final))}
        return [numbers[root] for root in final]

    assert grouped("x", [60]) == grouped("y", [1] * 60) == grouped("z", [7] * 9)


def test_whom_staff_have_parted_is_not_joined_again_by_the_same_evidence() -> None:
    resolve(asked("anonymous_id:laptop"), asked("email:siti@toko.id"))
    resolve(asked("email:siti@toko.id", "anonymous_id:laptop"))
    edge = Merge.objects.get()
    merging.unmerge(merge=edge, by=None, now=NOON)

    resolve(asked("email:siti@toko.id", "anonymous_id:laptop"))

    assert len(set(resolve(asked("anonymous_id:laptop"), asked("email:siti@toko.id")))) == 2
    assert [edge.undone_at for edge in Merge.objects.all()] == [NOON]
