"""Who may make the demo company, and take it away."""

from tests.access import EVERYBODY, LEAD, page, post

ACCESS = {
    "demo:make": post(LEAD, only_refusals=True),
    "demo:state": page(*EVERYBODY),
    "demo:remove": post(LEAD, only_refusals=True),
}
