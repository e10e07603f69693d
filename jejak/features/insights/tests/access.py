"""Who may read the numbers, and who the people behind them."""

from tests.access import ANALYST, EVERYBODY, LEAD, MARKETING, SUPPORT, page

ACCESS = {
    "insights:insights": page(*EVERYBODY),
    "insights:numbers": page(*EVERYBODY),
    "insights:today": page(*EVERYBODY),
    "insights:voices": page(*EVERYBODY),  # Names and words in it are for those who may see people.
    "insights:people": page(LEAD, SUPPORT, MARKETING, ANALYST, query="?measure=people"),
}
