"""What of one source stands in a server's log."""

from typing import Any

from tests.fixtures_server import Server


def counted(shop: Server, source: str, least: int) -> dict[str, int]:
    """Return how many touchpoints of each name the source has, once there are so many in all."""
    where = f"FROM touchpoints WHERE source = '{source}'"
    shop.wait_for(least, f"SELECT count() {where}")
    rows = shop.ask(f"SELECT toString(name) AS name, count() AS n {where} GROUP BY name ORDER BY name")
    return {row["name"]: int(row["n"]) for row in rows}


def told(shop: Server, what: str, source: str, and_where: str = "true") -> Any:
    """Return one value that is asked of the source's touchpoints."""
    sql = f"SELECT {what} AS told FROM touchpoints WHERE source = '{source}' AND {and_where}"
    return shop.ask(sql)[0]["told"]
