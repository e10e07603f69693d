"""Who may make the demo company, and take it away."""

from tests.access import EVERYBODY, LEAD, MARKETING, SUPPORT, page, post

ACCESS = {
    "demo:make": post(LEAD, SUPPORT, MARKETING, only_refusals=True),
    "demo:state": page(*EVERYBODY),
    "demo:remove": post(only_refusals=True),
}
