"""Who may see what came of looking for duplicates, and who may have it done again."""

from tests.access import ANALYST, LEAD, MARKETING, SUPPORT, page

ACCESS = {
    "duplicates:duplicates": page(
        LEAD, SUPPORT, MARKETING, ANALYST, change=[LEAD, SUPPORT, MARKETING], only_refusals=True
    ),
}
