"""Who may read the numbers, and who the people behind them."""

from tests.access import ANALYST, EVERYBODY, LEAD, MARKETING, SUPPORT, page

ACCESS = {
    "insights:insights": page(*EVERYBODY),
    "insights:numbers": page(*EVERYBODY),
    "insights:today": page(*EVERYBODY),
    "insights:people": page(LEAD, SUPPORT, MARKETING, ANALYST, query="?measure=people"),
}
