"""Who may make the sample, and take it away."""

from tests.access import LEAD, MARKETING, SUPPORT, post

ACCESS = {
    "sample:make": post(LEAD, SUPPORT, MARKETING, only_refusals=True),
    "sample:remove": post(),
}
