"""Staff's own SQL is attacked here: whatever is added to read_only.py, these must go on failing."""

from pathlib import Path

import pytest

from jejak import eventlog as log
from jejak.eventlog.tests.makers import BUDI, SITI, table, touchpoint

FINE = [
    "SELECT 1",
    "SELECT name, count() AS n FROM touchpoints GROUP BY name ORDER BY n DESC LIMIT 5;",
    "WITH t AS (SELECT * FROM jejak.touchpoints) SELECT count() FROM t JOIN touchpoints b USING trail_id",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r",
    "EXPLAIN SELECT * FROM touchpoints",
    "EXPLAIN PIPELINE SELECT count() FROM touchpoints",
    "DESCRIBE touchpoints",
    "DESC TABLE jejak.touchpoints",
    "SHOW TABLES",
    "SELECT properties.total::Int64 FROM touchpoints WHERE person_id IN (SELECT person_id FROM touchpoints)",
    "SELECT properties.total AS t, count() FROM touchpoints GROUP BY t",
    "SELECT * EXCEPT (message) REPLACE (upper(name) AS name) FROM touchpoints",
    "SELECT COLUMNS('.*_at') APPLY (toString) FROM touchpoints",
    "SELECT avg(score) OVER (PARTITION BY name ORDER BY happened_at ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)"
    " FROM touchpoints",
    "SELECT arrayMap(x -> x + 1, [1, 2]), arraySort(groupArray(name)), arrayMap(upper, ['a'])"
    " FROM touchpoints",
    "SELECT windowFunnel(10)(toDateTime(happened_at), name = 'a', name = 'b')"
    " FROM touchpoints WHERE name LIKE '%a%'",
    "SELECT 'it''s; DROP TABLE' AS user, \"name\" FROM touchpoints ARRAY JOIN [1, 2] AS x LIMIT 1 BY name",
    "SELECT CASE WHEN name = 'a' THEN 1 ELSE 2 END, toStartOfWeek(happened_at, 1, 'Asia/Jakarta')"
    " FROM touchpoints WHERE happened_at > now() - INTERVAL 7 DAY AND name IN ('a', 'b')",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SELECT 1 INTERSECT SELECT 1 EXCEPT SELECT 2",
    "FROM touchpoints SELECT count()",
    "SELECT name, count() FROM touchpoints GROUP BY GROUPING SETS ((name), ())",
    "SELECT * FROM (SELECT name FROM touchpoints) AS t WHERE EXISTS (SELECT 1)",
    "SELECT * FROM values('a Int, b String', (1, 'a')) AS a, numbers(3) AS b, view(SELECT 1) AS c",
    "-- a comment\nSELECT /* and another */ 1",
]

FORBIDDEN = [
    # Writing
    "INSERT INTO touchpoints (name) SELECT 'x'",
    "INSERT INTO FUNCTION file('x.csv') SELECT 1",
    "DROP TABLE touchpoints",
    "CREATE TABLE x (a Int) ENGINE = Memory",
    "ALTER TABLE touchpoints DELETE WHERE 1",
    "DELETE FROM touchpoints WHERE 1",
    "UPDATE touchpoints SET name = 'x' WHERE 1",
    "TRUNCATE TABLE touchpoints",
    "OPTIMIZE TABLE touchpoints",
    "KILL QUERY WHERE 1",
    "SYSTEM SHUTDOWN",
    "ATTACH TABLE x",
    "BACKUP DATABASE jejak TO File('x')",
    "USE system",
    "SELECT * FROM touchpoints INTO OUTFILE '/tmp/jejak-attack'",
    # Settings, formats
    "SET max_threads = 1",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)",
    "SELECT 1 FORMAT CSV",
    # More than one
    "SELECT 1; DROP TABLE touchpoints",
    "EXPLAIN AST SELECT 1; DROP TABLE touchpoints",
    "SELECT 1;;SELECT 2",
    # Files, addresses, programs
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM `/etc/passwd`",
    "SELECT * FROM default.`/etc/passwd`",
    "SELECT file('/etc/passwd')",
    "SELECT FILE /* x */ ('/etc/passwd')",
    "SELECT `file`('/etc/passwd')",
    "SELECT arrayMap(file, ['/etc/passwd'])",
    "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
    "SELECT arrayFold(file, ['/etc/passwd'], 'x')",
    "SELECT mapApply(file, map('/etc/passwd', 'x'))",
    "SELECT * APPLY (file) FROM (SELECT '/etc/passwd' AS x)",
    "SELECT * REPLACE (file('/etc/passwd') AS x) FROM (SELECT 1 AS x)",
    "SELECT 1 FROM touchpoints PREWHERE file('/etc/passwd') = ''",
    "SELECT 1 ORDER BY file('/etc/passwd')",
    "SELECT 1 LIMIT length(file('/etc/passwd'))",
    "SELECT 1 QUALIFY file('/etc/passwd') = ''",
    "SELECT 1 FROM touchpoints WINDOW w AS (ORDER BY file('/etc/passwd'))",
    "WITH file('/etc/passwd') AS x SELECT x",
    "WITH x AS (SELECT * FROM file('/etc/passwd')) SELECT 1",
    "EXPLAIN QUERY TREE SELECT arrayMap(file, ['/etc/passwd'])",
    "EXPLAIN SELECT * FROM file('/etc/passwd')",
    "DESCRIBE file('/etc/passwd')",
    "SELECT * FROM view(SELECT * FROM file('/etc/passwd'))",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM s3('http://127.0.0.1:1/x', 'CSV')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM mysql('127.0.0.1:1', 'b', 'c', 'd', 'e')",
    "SELECT * FROM sqlite('/tmp/x', 'y')",
    "SELECT * FROM executable('x', 'CSV', 'a Int')",
    "SELECT * FROM Python(x)",
    "SELECT aiGenerate('a', 'b')",
    # Other tables and what the server knows
    "SELECT * FROM merges",
    "SELECT * FROM system.settings",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM touchpoints, system.settings",
    "SELECT 1 IN system.numbers",
    "SELECT 1 WHERE 1 IN (SELECT 1 FROM system.settings)",
    "SELECT name FROM touchpoints WHERE trail_id GLOBAL IN jejak.merges",
    "WITH merges AS (SELECT 1) SELECT 1 IN (SELECT person_id FROM jejak.merges)",
    "SELECT * FROM merge('system', '.*')",
    "SELECT * FROM loop(system.settings)",
    "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM dictionary('person_of_trail')",
    "SELECT * FROM (EXPLAIN SELECT * FROM system.settings)",
    "SELECT dictGet('person_of_trail', 'person_id', 1)",
    "SELECT joinGet('a', 'b', 1)",
    "SELECT getServerSetting('max_threads')",
    "SELECT hasColumnInTable('system', 'settings', 'name')",
    "SHOW CREATE TABLE merges",
    "SHOW DATABASES",
    "DESCRIBE merges",
    # Tricks
    "SELECT * FROM {table:Identifier}",
    "SELECT {x:String}",
    "SELECT sleep(3)",
    "",
    ";",
]


@pytest.fixture
def filled(eventlog):
    eventlog.append(table(touchpoint(SITI), touchpoint(BUDI, name="Order Returned", score=3.0)), token="a")
    return eventlog


@pytest.mark.parametrize("sql", FINE)
def test_questions_about_touchpoints_are_answered(filled, sql):
    assert filled.ask_read_only(sql).columns


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_everything_else_is_refused(filled, sql):
    with pytest.raises((log.NotAllowed, log.BadQuestion)):
        filled.ask_read_only(sql)

    assert filled.ask("SELECT count() FROM touchpoints").rows == [(2,)]
    assert not Path("/tmp/jejak-attack").exists()


def test_why_it_is_refused_is_said(filled):
    with pytest.raises(
        log.NotAllowed, match=r"Only the table touchpoints can be read here, not system\.users"
    ):
        filled.ask_read_only("SELECT * FROM system.users")
    with pytest.raises(log.NotAllowed, match=r"The table function url\(\) is not allowed here"):
        filled.ask_read_only("SELECT * FROM url('http://x')")
    with pytest.raises(log.BadQuestion, match=r"^Syntax error: failed at position 18 \(garbage\): garbage\."):
        filled.ask_read_only("SELECT 1 garbage garbage")


def test_rows_over_the_limit_are_left_out(filled):
    assert len(filled.ask_read_only("SELECT number FROM numbers(1000000)", max_rows=7).rows) == 7


def test_time_and_memory_are_limited(filled):
    with pytest.raises(log.TooExpensive):
        filled.ask_read_only("SELECT sum(sipHash64(number)) FROM numbers(1e13)", seconds=1)
    with pytest.raises(log.TooExpensive):
        filled.ask_read_only("SELECT groupArray(number) FROM numbers(1e9)", memory_bytes=20_000_000)


def test_merges_are_seen(filled):
    filled.join_people({BUDI: SITI})
    assert filled.ask_read_only("SELECT person_id, count() FROM touchpoints GROUP BY 1").rows == [(SITI, 2)]


def test_an_answer_without_rows_names_its_columns(filled):
    assert filled.ask_read_only("SELECT name, score FROM touchpoints WHERE name = 'x'").columns == [
        "name",
        "score",
    ]


def test_what_was_limited_once_is_not_limited_after(filled):
    filled.ask_read_only("SELECT 1", max_rows=1)
    filled.append(table(touchpoint(SITI)), token="b")

    assert len(filled.ask("SELECT number FROM numbers(100)").rows) == 100
