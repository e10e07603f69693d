"""A look in a process of its own, so that its gigabytes are given back and pages stay quick.

python -m jejak.features.duplicates.process 17
"""

import logging
import subprocess
import sys
from datetime import UTC, datetime


def start(look_id: int) -> None:
    """Do a look beside this process, which does not wait for it."""
    subprocess.Popen(
        [sys.executable, "-m", "jejak.features.duplicates.process", str(look_id)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def main() -> int:
    """Do the look whose id is given."""
    import django

    django.setup()
    from jejak.features.duplicates import actions
    from jejak.features.duplicates.models import Look

    try:
        actions.look(look=Look.objects.get(pk=int(sys.argv[1])), now=datetime.now(UTC))
    except Exception as error:
        logging.getLogger(__name__).error("Looking for duplicates broke off: %s.", type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
