"""In plain words, how two values agree. Kept with suggestions in English; who shows them translates them."""

from django.utils.translation import gettext_noop

AGREEMENTS = {
    "same": gettext_noop("the same"),
    "other_order": gettext_noop("the same words in another order"),
    "other_numbers": gettext_noop("alike, with other numbers"),
    "other_words": gettext_noop("mostly the same, with other words"),
    "longer": gettext_noop("the same, one with more words"),
    "rare_word": gettext_noop("a rare word is the same"),
    "near": gettext_noop("almost the same"),
    "swapped": gettext_noop("given and family name swapped"),
    "turned": gettext_noop("day and month swapped"),
    "mostly": gettext_noop("mostly the same"),
    "contained": gettext_noop("one is part of the other"),
    "initials": gettext_noop("the same, one by initials"),
    "begins": gettext_noop("one begins like the other"),
    "similar": gettext_noop("similar"),
    "same_box": gettext_noop("the same before the @"),
    "ending": gettext_noop("the same ending"),
    "two_off": gettext_noop("two characters apart"),
    "partly": gettext_noop("partly the same"),
    "little": gettext_noop("a little alike"),
    "different": gettext_noop("different"),
}
