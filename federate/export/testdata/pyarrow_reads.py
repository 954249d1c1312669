"""Reads exports by pyarrow: pyarrow_reads.py FILE.parquet FILE.arrow

Both files must hold the same, in types and values, and every value, some of very
many, must be found by a filter, which passes over row groups by their bounds. Prints what differs, then the
number of rows.
"""

import math
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# Values of a column that are filtered by; a few more where it does not divide.
MAX_FILTERS = 20


def same(a, b):
    """Reports whether two values are equal, the sign of zero included."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b) or a != a and b != b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b and type(a) is type(b)


def plain(typ):
    """Returns a type without the name of its elements, which the formats differ in."""
    return ("list", typ.value_type) if pa.types.is_list(typ) else typ


def main(parquet, arrow):
    with pa.OSFile(arrow) as source, pa.ipc.open_file(source) as reader:
        want = reader.read_all()
    opened = pq.ParquetFile(parquet, page_checksum_verification=True)
    got = opened.read()
    if want.column_names != got.column_names:
        print(f"columns {got.column_names}, want {want.column_names}")
    for name in want.column_names:
        w, g = want.schema.field(name), got.schema.field(name)
        if plain(w.type) != plain(g.type) or w.nullable != g.nullable:
            print(f"column {name} is {g.type}, nullable {g.nullable}, want {w.type}, {w.nullable}")
        left, right = want[name].to_pylist(), got[name].to_pylist()
        if not same(left, right):
            print(f"column {name} holds {right}, want {left}")
    for key, value in (want.schema.metadata or {}).items():
        if opened.metadata.metadata.get(key) != value:
            print(f"metadata {key} is {opened.metadata.metadata.get(key)}, want {value}")
    for name in want.column_names:
        if pa.types.is_nested(want.schema.field(name).type):
            continue
        values = list(dict.fromkeys(want[name].drop_null().to_pylist()))
        for value in values[:: max(1, len(values) // MAX_FILTERS)]:
            scalar = pa.scalar(value, want.schema.field(name).type)
            expected = pc.sum(pc.cast(pc.equal(want[name], scalar), pa.int64())).as_py()
            for operation in ("=", "<=", ">="):
                if operation != "=":
                    test = pc.less_equal if operation == "<=" else pc.greater_equal
                    expected = pc.sum(pc.cast(test(want[name], scalar), pa.int64())).as_py()
                found = pq.read_table(parquet, filters=[(name, operation, scalar)]).num_rows
                if found != expected:
                    print(f"{name} {operation} {value} selects {found} rows, want {expected}")
    print(f"{got.num_rows} rows in {opened.num_row_groups} row groups")


main(*sys.argv[1:])
