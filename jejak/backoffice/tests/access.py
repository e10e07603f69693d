"""Who may see the frame's own pages."""

from tests.access import EVERYBODY, page, post, public

ACCESS = {
    "backoffice:settings": page(*EVERYBODY),
    "backoffice:components": page(*EVERYBODY),  # Not there without JEJAK_DEBUG=1.
    "backoffice:search": page(*EVERYBODY),  # It sends on to the people, who have a rule of their own.
    "backoffice:preferences": post(*EVERYBODY),
    "backoffice:language": public(method="post"),
}
