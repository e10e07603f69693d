"""From a number to the people behind it."""

from jejak import eventlog as log
from jejak.measures import TOUCHPOINTS, Filters, Window, get, people_behind, tell_one
from jejak.measures.tests.makers import DAY, NOON, store

FILTERS = Filters(window=Window.last(7, now=NOON, zone="Asia/Jakarta"))


def ids(told):
    return [behind.person_id for behind in told.page]


def test_those_seen_last_come_first_and_pages_do_not_overlap(eventlog):
    store(*({"trail_id": i, "happened_at": NOON - i * DAY / 10} for i in (1, 2, 3, 4, 5)), {"trail_id": 5})

    first = people_behind(TOUCHPOINTS, FILTERS, limit=3)
    second = people_behind(TOUCHPOINTS, FILTERS, limit=3, offset=3)

    assert (first.total, ids(first), ids(second)) == (5, [1, 2, 3], [4, 5])
    assert second.page[1].touchpoints == 2


def test_the_worst_answers_come_first_whatever_the_polarity(eventlog):
    store(*({"trail_id": i, "scale": "csat-1-5", "score": score} for i, score in enumerate((5, 1, 3))))
    store(*({"trail_id": i, "scale": "ces-1-5-hard", "score": score} for i, score in enumerate((5, 1, 3))))

    satisfied = people_behind(get("csat-1-5.satisfied"), FILTERS)

    assert [(b.person_id, b.score) for b in satisfied.page] == [(1, 1.0), (2, 3.0), (0, 5.0)]
    assert ids(people_behind(get("ces-1-5-hard.mean"), FILTERS)) == [0, 2, 1]


def test_behind_the_unhappy_are_only_the_unhappy(eventlog):
    store(*({"trail_id": i, "scale": "csat-1-5", "score": i} for i in (1, 2, 3, 4, 5)))
    store(*({"trail_id": i, "scale": "ces-1-5-hard", "score": i} for i in (1, 2, 3, 4, 5)))

    assert ids(people_behind(get("csat-1-5.unhappy"), FILTERS)) == [1, 2]
    assert ids(people_behind(get("ces-1-5-hard.unhappy"), FILTERS)) == [5, 4]
    assert people_behind(get("csat-1-5.satisfied"), FILTERS).total == 5


def test_they_are_as_many_as_the_number_says(eventlog):
    store(*({"trail_id": i % 7, "channel": "whatsapp" if i % 2 else "web"} for i in range(40)))
    log.join_people({6: 1})
    filters = FILTERS.also("channel", "whatsapp")

    assert people_behind(TOUCHPOINTS, filters).total == tell_one(TOUCHPOINTS, filters, now=NOON).people == 6
