"""What may be shown to many."""

import pytest

from jejak.common.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hubungi saya di siti.nur+shop@contoh.co.id ya", "Hubungi saya di •••@••• ya"),
        ("WA 0812-3456-7890 atau +62 812 3456 789", "WA ••• atau •••"),
        ("Kartu 4111 1111 1111 1111", "Kartu •••"),
        ("cek @tokojejak dong", "cek @••• dong"),
        ("Rp 350.000, 3 hari, order A-1023", "Rp 350.000, 3 hari, order A-1023"),
    ],
)
def test_what_leads_to_a_person_is_put_out_of_sight(text, shown):
    assert masked(text) == shown
