"""Pairs of records that may be one, with their chance and their reasons, of any table."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel, NullLevel
from splink.comparison_library import CustomComparison

from jejak.features.duplicates.matching import cleaning, learning, pairing
from jejak.features.duplicates.matching.comparing import Compared, compared
from jejak.features.duplicates.matching.kinds import Column

_SAMPLE = 500_000


def find(database, columns, threshold=0.5):
    logging.getLogger("splink").setLevel(logging.ERROR)
    n = database.execute("select count(*) from given").fetchone()[0]
    cleaning.clean(database, columns)
    pairs = pairing.pair(database, columns, records=n)
    how = [compared(c, columns) for c in columns]
    all_pairs = n * (n - 1) // 2
    share = min(1.0, _SAMPLE / pairs)
    database.execute(f"create table near as select join_key_l, join_key_r from pairs where hash(join_key_l, join_key_r) % 1000000 < {int(share*1e6)}")
    k = min(all_pairs, _SAMPLE)
    if all_pairs <= _SAMPLE:
        database.execute("create table random_pairs as select l.unique_id join_key_l, r.unique_id join_key_r from records l join records r on l.unique_id<r.unique_id")
    else:
        rng = np.random.default_rng(1)
        a = rng.integers(0, n, k); b = rng.integers(0, n - 1, k); b = b + (b >= a)
        import pyarrow as pa
        t = pa.table({"join_key_l": np.minimum(a, b), "join_key_r": np.maximum(a, b)})
        database.register("t_random", t)
        database.execute("create table random_pairs as select * from t_random")
    thought = [_thought(h, columns) for h in how]
    near = _sample(database, how, "near")
    random = _sample(database, how, "random_pairs")
    learned = learning.learn(near=near, near_share=share, random=random, all_pairs=all_pairs, thought=thought)
    rel = _predict(database, _settings(how, learned.prior, learned.m, learned.u, True), "pairs", threshold)
    beside = f"cast({np.log2(learned.prior / learned.neighbours)} as double)"
    for i, h in enumerate(how):
        lw = ", ".join(str(float(x)) for x in np.log2(learned.m[i] / learned.h[i]))
        c = h.column.clean
        beside += f" + coalesce([{lw}][gamma_{c} + 1], 0)"
        if not learning.shared(learned, i): beside += f" + mw_tf_adj_{c}"
    database.register("pred", rel) if False else None
    out = rel.project(f"*, 1 / (1 + 2 ** greatest(-500, -match_weight) + 2 ** greatest(-500, least(500, -({beside})))) as p").filter(f"p >= {threshold}")
    return out, learned, how, pairs


def _thought(h, columns):
    from jejak.features.duplicates.matching.kinds import Kind
    k = h.column.kind
    is_shared = k in (Kind.PHONE, Kind.ADDRESS, Kind.STREET_NUMBER, Kind.CITY, Kind.POSTCODE, Kind.CATEGORY) or (
        k == Kind.FAMILY_NAME and any(c.kind == Kind.GIVEN_NAME for c in columns))
    loosely = np.array([k == Kind.NAME and l.agreement in ("contained", "partly", "little", "different") for l in reversed(h.levels)])
    return learning.Thought(np.array([l.often for l in reversed(h.levels)]), is_shared, loosely)


def _settings(how, prior, m, u, intermediate=False):
    comparisons = []
    for i, h in enumerate(how):
        c = h.column.clean
        levels = [NullLevel(c)]
        for j, l in enumerate(h.levels):
            at = len(h.levels) - 1 - j
            made = CustomLevel(l.sql, label_for_charts=l.agreement)
            more = {"tf_adjustment_column": c} if l.by_rareness else {}
            made = made.configure(m_probability=float(m[i][at]), u_probability=float(u[i][at]), **more)
            levels.append(made)
        comparisons.append(CustomComparison(levels, output_column_name=c))
    return SettingsCreator(link_type="dedupe_only", comparisons=comparisons, probability_two_random_records_match=prior,
        retain_matching_columns=True, retain_intermediate_calculation_columns=intermediate,
        blocking_rules_to_generate_predictions=[block_on("unique_id")])


def _predict(database, settings, table, threshold):
    api = DuckDBAPI(database)
    linker = Linker(api.register("records"), settings, log_level=None)
    t = api.register(f"(select '0' as match_key, * from {table})") if False else None
    database.execute(f"create or replace table pairs_in as select '0' as match_key, join_key_l, join_key_r from {table}")
    linker.table_management.register_blocked_pairs_for_predict(api.register("pairs_in"))
    return linker.inference.predict(threshold_match_probability=threshold, warning_mode="never").as_duckdbpyrelation()


def _sample(database, how, table):
    m = [np.full(len(h.levels), 0.5) for h in how]
    s = _settings(how, 0.5, m, m, intermediate=True)
    rel = _predict(database, s, table, None)
    got = rel.project(", ".join(x for x in rel.columns if x.startswith(("gamma_","tf_")))).fetchnumpy()
    if "gamma_c0" not in got: print(list(got))
    ways = np.stack([np.asarray(got[f"gamma_{h.column.clean}"]).astype(np.int8) for h in how], axis=1)
    common = np.full(ways.shape, np.nan)
    for i, h in enumerate(how):
        c = h.column.clean
        if f"tf_{c}_l" not in got: continue
        tl = np.ma.filled(np.ma.asarray(got[f"tf_{c}_l"], dtype=float), np.nan); tr = np.ma.filled(np.ma.asarray(got[f"tf_{c}_r"], dtype=float), np.nan)
        tops = {len(h.levels)-1-j for j, l in enumerate(h.levels) if l.by_rareness}
        hit = np.isin(ways[:, i], list(tops))
        common[hit, i] = np.fmax(tl, tr)[hit]
    return learning.Sample(ways, common)
