import threading
from datetime import timedelta

import pytest
from django.db import transaction

from jejak.common import later


@pytest.fixture
def done(monkeypatch):
    """What a work was called for. It breaks off the first time."""
    calls, seen = [], threading.Semaphore(0)

    def work(now, stopping):
        calls.append(now)
        seen.release()
        if len(calls) == 1:
            raise RuntimeError("once")
        return timedelta(hours=1)

    monkeypatch.setattr(later, "_works", {"cleaning": work})
    monkeypatch.setattr(later, "_AFTER_TROUBLE", timedelta(milliseconds=1))
    yield calls, seen
    later.stop()


@pytest.mark.django_db(transaction=True)
def test_work_is_done_at_the_beginning_again_after_trouble_and_when_woken(done):
    calls, seen = done
    later.begin()
    assert seen.acquire(timeout=5)
    assert seen.acquire(timeout=5)
    with transaction.atomic():
        later.wake("cleaning")
        assert not seen.acquire(timeout=0.05)  # Not before it can be seen.
    assert seen.acquire(timeout=5)
    assert len(calls) == 3


@pytest.mark.django_db(transaction=True)
def test_nothing_happens_where_nobody_works():
    later.wake("cleaning")
