"""SQL that staff write themselves: it reads touchpoints, and nothing else.

The embedded log knows no rights: whoever asks is all-powerful, and "read-only" to ClickHouse still means
every file and address within reach. So ClickHouse's own parser takes the statement apart, and only what
is known to be harmless passes. A server gets the same treatment, beside the rights of its user.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from clickhouse_connect.driver import exceptions as driver
from clickhouse_connect.driver.client import Client

from jejak.eventlog import connection
from jejak.eventlog.asking import Answer, answer
from jejak.eventlog.faults import Away, BadQuestion, plain, translate

_TABLE = "touchpoints"


class NotAllowed(Exception):
    """This SQL would do more than read touchpoints. The text says what."""


def ask_read_only(
    sql: str, *, max_rows: int = 10_000, seconds: int = 30, memory_bytes: int = 1_000_000_000
) -> Answer:
    """Return the answer to staff's own SQL: one SELECT, EXPLAIN, DESCRIBE or SHOW TABLES.

    What goes over `seconds` or `memory_bytes` raises TooExpensive; rows after `max_rows` are left out.
    Raises NotAllowed, and what ask() raises.
    """
    limits = {
        "readonly": 1,
        "max_execution_time": seconds,
        "max_memory_usage": memory_bytes,
        "max_result_rows": max_rows,
        "result_overflow_mode": "break",  # At the end of a block, hence the cut below.
    }
    with connection.borrowed() as client:
        found = answer(client, _checked(client, sql), None, **limits)
        return Answer(columns=found.columns, rows=found.rows[:max_rows])


def _checked(client: Client, sql: str) -> str:
    """Return the statement as it may be run, written anew by ClickHouse, so that it is one for sure."""
    statement = str(_parsed(client, "formatQuery", sql))
    if re.fullmatch(r"SHOW TABLES", statement):
        return f"SELECT '{_TABLE}' AS name"
    if re.fullmatch(rf"DESCRIBE (TABLE )?({connection.database()}\.)?{_TABLE}", statement):
        return _DESCRIBE
    if not re.match(r"\(*(SELECT|WITH|EXPLAIN)\b", statement):
        raise NotAllowed(f"Only SELECT, WITH, EXPLAIN, SHOW TABLES and DESCRIBE {_TABLE} are answered here.")
    tree = json.loads(_parsed(client, "parseQueryToJSON", statement))
    _check_words(tree)
    if tree["type"] == "SelectWithUnionQuery":
        # What words mean in the end (a table behind IN, a function that arrayMap is given by name)
        # shows only when ClickHouse has resolved them.
        _check_meaning(client.query(f"EXPLAIN QUERY TREE\n{statement}", settings=_WHILE_CHECKING).result_rows)
    return statement


def _parsed(client: Client, how: str, sql: str) -> Any:
    try:
        return client.query(f"SELECT {how}({{sql:String}})", parameters={"sql": sql}).result_rows[0][0]
    except driver.DatabaseError as error:
        if isinstance(ours := translate(error), Away):
            raise ours from error
        text = re.sub(r": In scope SELECT \w+\(.*", "", plain(error), flags=re.DOTALL)
        raise BadQuestion(text) from error


_DESCRIBE = f"""
    SELECT name, type, comment FROM system.columns
    WHERE database = currentDatabase() AND table = '{_TABLE}' AND default_kind != 'EPHEMERAL'
    ORDER BY position
"""
_WHILE_CHECKING = {"readonly": 1, "max_execution_time": 10, "max_memory_usage": 500_000_000}

_NODES = {
    "ArrayJoin",
    "Asterisk",
    "ColumnsApplyTransformer",
    "ColumnsExceptTransformer",
    "ColumnsListMatcher",
    "ColumnsRegexpMatcher",
    "ColumnsReplaceTransformer",
    "ColumnsReplaceTransformerReplacement",
    "ColumnsTransformerList",
    "ExplainQuery",
    "ExpressionList",
    "Function",
    "Identifier",
    "InterpolateElement",
    "Literal",
    "OrderByElement",
    "QualifiedAsterisk",
    "QualifiedColumnsListMatcher",
    "QualifiedColumnsRegexpMatcher",
    "SampleRatio",
    "SelectIntersectExceptQuery",
    "SelectQuery",
    "SelectWithUnionQuery",
    "Subquery",
    "TableExpression",
    "TableIdentifier",
    "TableJoin",
    "TablesInSelectQuery",
    "TablesInSelectQueryElement",
    "WindowDefinition",
    "WindowListElement",
    "WithElement",
}
_WHY = {
    "SetQuery": "Settings cannot be changed here.",
    "QueryParameter": "Placeholders have no value here: write the value itself.",
}
_TABLE_FUNCTIONS = {"numbers", "numbers_mt", "zeros", "generateseries", "generate_series", "values", "view"}
_TABLE_FUNCTIONS |= {"viewexplain"}  # What (EXPLAIN ...) in parentheses becomes.
# Functions that read files or addresses, other tables, secrets of the server, or that only burn time.
_FUNCTIONS_OUT_OF_REACH = re.compile(
    r"file|dict.*|joinget.*|region.*|ai(classify|embed|extract|filter|generate|redact|similarity|translate)"
    r"|get(macro|server.*|setting.*|mergetreesetting|clienthttpheader|oskernelversion|maxtable.*)"
    r"|globalvariable|showcertificate|filesystem.*|hascolumnintable|catboost.*|evalmlmethod|naivebayes.*"
    r"|addressto.*|demangle|logtrace|tid|(is)?mergetreepart.*|transaction.*|zookeeper.*|generateserialid"
    r"|timeseriesstoretags|hostname|fqdn|fullhostname|displayname|serveruuid|tcpport|buildid|chdb"
    r"|current(profiles|roles|requesturl|handler)|enabled(profiles|roles)|default(profiles|roles)|sleep.*|__.*",
    re.IGNORECASE,
)
_RECURSION = re.compile(r"_temporary_and_external_tables\._tmp_[0-9a-f-]+")
_CALLS_BY_NAME = re.compile(r"(array|map|tuple|kql).*", re.IGNORECASE)


def _check_words(tree: dict[str, Any]) -> None:
    nodes = list(_nodes(tree))
    tables = {_TABLE, f"{connection.database()}.{_TABLE}"}
    tables |= {node["name"] for node in nodes if node["type"] == "WithElement" and "." not in node["name"]}
    for node in nodes:
        kind, name = node["type"], str(node.get("name", ""))
        if kind not in _NODES:
            raise NotAllowed(_WHY.get(kind, f"This part of SQL is not known to be harmless: {kind}."))
        if "out_file" in node or "format_ast" in node:
            raise NotAllowed("Leave out FORMAT and INTO OUTFILE: the answer is formatted for you.")
        if kind == "TableIdentifier" and not name:
            raise NotAllowed(_WHY["QueryParameter"])
        if kind == "TableIdentifier" and name not in tables:
            raise NotAllowed(f"Only the table {_TABLE} can be read here, not {name}.")
        if kind == "TableExpression" and "table_function" in node:
            _check_table_function(node["table_function"]["name"])
        elif kind == "Function" and name.lower() not in _TABLE_FUNCTIONS:
            _check_function(name)
        elif kind == "ColumnsApplyTransformer":
            _check_function(str(node.get("func_name", "")))
        if kind == "Function" and _CALLS_BY_NAME.fullmatch(name):
            for argument in node.get("arguments", {}).get("children", []):
                if argument["type"] == "Identifier":
                    _check_function(argument["name"])


def _check_meaning(lines: Iterable[Sequence[Any]]) -> None:
    tree = "\n".join(str(line) for (line, *_) in lines)
    tables = {f"{connection.database()}.{_TABLE}", "system.one"}
    for name in re.findall(r"\bTABLE id: .*?\btable_name: ([^,\n]+)", tree):
        if name not in tables and not _RECURSION.fullmatch(name):
            raise NotAllowed(f"Only the table {_TABLE} can be read here, not {name}.")
    for name in re.findall(r"\bTABLE_FUNCTION id: .*?\btable_function_name: ([^,\n]+)", tree):
        _check_table_function(name)
    for name in re.findall(r"\bFUNCTION id: .*?\bfunction_name: ([^,\n]+)", tree):
        # ClickHouse adds functions of its own, and person_id is one look into our own dictionary.
        if not name.startswith("__") and name != "dictGetOrDefault":
            _check_function(name)


def _check_table_function(name: str) -> None:
    if name.lower() not in _TABLE_FUNCTIONS:
        raise NotAllowed(f"The table function {name}() is not allowed here.")


def _check_function(name: str) -> None:
    if _FUNCTIONS_OUT_OF_REACH.fullmatch(name):
        raise NotAllowed(f"The function {name}() is not allowed here.")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every part of a parsed statement, from the top."""
    if isinstance(tree, dict):
        if "type" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
