"""Who may see how the install runs."""

from tests.access import page

ACCESS = {"operations:operations": page()}
