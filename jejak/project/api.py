"""The REST API as this install has it, at /api/v1/: the endpoints of every feature."""

from jejak.api import frame

VERSION = "1"
DESCRIPTION = (
    "People, companies, deals and every other record of Jejak, to read and to change. Lists come in pages: send "
    "“next” as `cursor` until it is null. What goes wrong is told as application/problem+json (RFC 9457). A POST "
    "with an `Idempotency-Key` header can be sent again safely for 24 hours."
)

api = frame.assemble(version=VERSION, description=DESCRIPTION)
