from jejak.eventlog import forgetting
from jejak.eventlog.tests.makers import AYU, BUDI, SITI, table, touchpoint


def test_a_forgotten_person_is_gone_with_all_that_was_merged_into_it(eventlog):
    eventlog.append(table(touchpoint(SITI), touchpoint(BUDI), touchpoint(AYU)), token="a")
    eventlog.join_people({BUDI: SITI})

    eventlog.forget([SITI])

    assert eventlog.ask("SELECT trail_id, person_id FROM touchpoints").rows == [(AYU, AYU)]


def test_a_forgotten_person_is_gone_from_the_rows_kept_by_name_as_well(eventlog):
    eventlog.append(table(touchpoint(SITI), touchpoint(BUDI)), token="a")
    asked = "SELECT name, trail_id FROM touchpoints WHERE name = 'Order Completed' SETTINGS force_optimize_projection = 1"
    assert len(eventlog.ask(asked).rows) == 2

    eventlog.forget([SITI])

    assert eventlog.ask(asked).rows == [("Order Completed", BUDI)]


def test_forgetting_who_was_merged_away_leaves_the_other(eventlog):
    eventlog.append(table(touchpoint(SITI), touchpoint(BUDI)), token="a")
    eventlog.join_people({BUDI: SITI})

    eventlog.forget([BUDI])

    assert eventlog.ask("SELECT trail_id, person_id FROM touchpoints").rows == [(SITI, SITI)]


def test_a_forgotten_person_may_come_back_as_a_new_one(eventlog):
    eventlog.append(table(touchpoint(SITI)), token="a")
    eventlog.forget([SITI])
    eventlog.append(table(touchpoint(SITI)), token="b")

    assert eventlog.ask("SELECT trail_id FROM touchpoints").rows == [(SITI,)]


def test_what_is_forgotten_is_not_stored_again_by_a_repeated_batch(eventlog):
    rows = table(touchpoint(SITI), touchpoint(BUDI))
    eventlog.append(rows, token="a")
    eventlog.forget([SITI])
    eventlog.append(rows, token="a")

    assert eventlog.ask("SELECT trail_id FROM touchpoints").rows == [(BUDI,)]


def test_more_are_forgotten_than_go_into_one_statement(eventlog, monkeypatch):
    monkeypatch.setattr(forgetting, "_AT_ONCE", 1)
    eventlog.append(table(touchpoint(SITI), touchpoint(BUDI), touchpoint(AYU)), token="a")
    eventlog.forget([SITI, BUDI])

    assert eventlog.ask("SELECT trail_id FROM touchpoints").rows == [(AYU,)]


def test_nobody_to_forget_is_nothing(eventlog):
    eventlog.append(table(touchpoint(SITI)), token="a")
    eventlog.forget([])
    eventlog.forget([AYU])

    assert eventlog.ask("SELECT trail_id FROM touchpoints").rows == [(SITI,)]


def test_the_disk_lets_go_of_the_forgotten(eventlog, tmp_path):
    eventlog.append(table(touchpoint(SITI, name="Secret Told"), touchpoint(BUDI)), token="a")

    eventlog.forget([SITI])

    held = eventlog.ask(
        "SELECT count() FROM system.parts WHERE table = 'touchpoints' AND active AND has_lightweight_delete"
    )
    assert held.rows == [(0,)]


def test_the_sample_can_be_taken_out(eventlog):
    eventlog.append(table(touchpoint(SITI, sample=True), touchpoint(BUDI)), token="a")

    eventlog.forget_sample()

    assert eventlog.ask("SELECT trail_id FROM touchpoints").rows == [(BUDI,)]
