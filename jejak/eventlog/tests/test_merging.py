import pytest

from jejak.eventlog.tests.makers import AYU, BUDI, SITI, table, touchpoint


@pytest.fixture
def three(eventlog):
    eventlog.append(
        table(touchpoint(SITI), touchpoint(BUDI), touchpoint(BUDI), touchpoint(AYU)), token="three"
    )
    return eventlog


def test_everyone_is_their_own_person_at_first(three):
    assert people(three) == {SITI: 1, BUDI: 2, AYU: 1}


def test_joined_people_are_one_at_once_and_split_again_exactly(three):
    three.join_people({BUDI: SITI})
    assert people(three) == {SITI: 3, AYU: 1}

    three.split_people([BUDI])
    assert people(three) == {SITI: 1, BUDI: 2, AYU: 1}


def test_who_was_joined_before_goes_along(three):
    three.join_people({BUDI: SITI})
    three.join_people({SITI: AYU})
    assert people(three) == {AYU: 4}


def test_a_chain_in_one_call_ends_at_its_end(three):
    three.join_people({BUDI: SITI, SITI: AYU})
    assert people(three) == {AYU: 4}


def test_a_circle_is_refused(three):
    with pytest.raises(ValueError, match="circle"):
        three.join_people({BUDI: SITI, SITI: BUDI})


def test_joining_again_changes_nothing(three):
    for _ in range(2):
        three.join_people({BUDI: SITI})
    assert people(three) == {SITI: 3, AYU: 1}


def test_joined_the_other_way_round_after_a_split(three):
    three.join_people({BUDI: SITI})
    three.split_people([BUDI])
    three.join_people({SITI: BUDI})
    assert people(three) == {BUDI: 3, AYU: 1}


def test_touchpoints_that_come_after_the_join_belong_to_it(three):
    three.join_people({BUDI: SITI})
    three.append(table(touchpoint(BUDI)), token="later")
    assert people(three) == {SITI: 4, AYU: 1}


def test_a_person_of_one_trail_is_found_by_person_and_by_trail(three):
    three.join_people({BUDI: SITI})
    by_person = three.ask("SELECT count() FROM touchpoints WHERE person_id = {person:UInt64}", person=SITI)
    by_trail = three.ask(
        "SELECT count() FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)}", trails=[BUDI]
    )
    assert (by_person.rows, by_trail.rows) == ([(3,)], [(2,)])


def test_joining_and_splitting_nobody_is_nothing(three):
    three.join_people({})
    three.split_people([])
    assert people(three) == {SITI: 1, BUDI: 2, AYU: 1}


def test_merges_survive_a_new_start(three):
    three.join_people({BUDI: SITI})
    three.close()
    assert people(three) == {SITI: 3, AYU: 1}


def people(log):
    return dict(log.ask("SELECT person_id, count() FROM touchpoints GROUP BY person_id").rows)
