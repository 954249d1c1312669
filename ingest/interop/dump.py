"""Write down what a rollcall snapshot holds: dump.py FOLDER [VERSION].

Everything is read as docs/format.md says; what contradicts itself is an error.
The lines are those of Dump in package interoptest. Kinds of bytes that were met
go to standard error, for the test to see that none was left out.
"""

import struct
import sys

from encoded import seen, want
from snapshot import BLOCK, Snapshot, parse_type, values_of


def quote(text):
    escaped = "".join("\\x%02x" % ord(c) if c < " " or c in '"\\\x7f' else c for c in text)
    return '"' + escaped + '"'


def show(kind, value):
    if value is None:
        return "NULL"
    if kind.is_list:
        return "[" + " ".join(show(kind.element(), v) for v in value) + "]"
    if kind.name == "string":
        return quote(value)
    if kind.name == "float64":
        return "0x" + struct.pack(">d", value).hex()
    if kind.name == "decimal":
        return "%de-%d" % (value, kind.scale)
    if kind.name == "boolean":
        return "true" if value else "false"
    return str(value)


class Dump:
    def __init__(self, snapshot):
        self.snapshot, self.lines = snapshot, []

    def name(self, row):
        key = self.snapshot.keys[row]
        return "row %d" % row if key is None else show(self.snapshot.key_type, key)

    def customers(self):
        s = self.snapshot
        find = s.key_table()
        attributes = [(i, parse_type(a["type"])) for i, a in enumerate(s.schema["attributes"])]
        columns = [(t, s.column("attribute-%04d.arrow" % i, "value", t)) for i, t in attributes]
        for row, key in enumerate(s.keys):
            if key is None:
                seen.add("a purged key")
                want(not s.live[row], "row %d is a customer, and its key is NULL", row)
                self.lines.append("purged row %d" % row)
                continue
            want(find(key) == row, "the key of row %d leads to %s", row, find(key))
            if not s.live[row]:
                self.lines.append("deleted %s row %d" % (self.name(row), row))
                continue
            values = "".join(" " + show(t, c[row]) for t, c in columns)
            self.lines.append("customer %s row %d:%s" % (self.name(row), row, values))
        want(find("nobody" if s.key_type.name == "string" else 4242424242424242) is None, "nobody is found")
        for (i, t), (_, values) in zip(attributes, columns):
            self.attribute(i, t, values)

    def attribute(self, i, kind, values):
        """The counts of the manifest, the zone map and the value index, against the values."""
        s = self.snapshot
        info = s.manifest["attributes"][i]
        nulls = sum(v is None for v, live in zip(values, s.live) if live)
        want(nulls == info["nulls"], "attribute %d has %d NULLs", i, nulls)
        zones, index = "attribute-%04d.zones.arrow" % i, "attribute-%04d.values.arrow" % i
        if zones in s.files:
            seen.add("zone map")
            self.zones(kind, s.table(zones), values)
        want(info["indexed"] == (index in s.files), "attribute %d has a value index or not", i)
        if info["indexed"]:
            seen.add("value index")
            self.value_index(kind, info.get("distinct", 0), s.table(index), "attribute-%04d.bitmaps" % i, values)
        name = s.schema["attributes"][i]["name"]
        self.lines.append("attribute %s: %d NULL, %d values indexed" % (name, nulls, info.get("distinct", 0)))

    def zones(self, kind, table, values):
        want(table.schema.names == ["min", "max", "nulls"], "zone map of %s", table.schema.names)
        ends = [values_of(kind, table.column(c)) for c in (0, 1)]
        for block, (least, most, nulls) in enumerate(zip(*ends, table.column(2).to_pylist())):
            rows = values[block * BLOCK : (block + 1) * BLOCK]
            there = [order(kind, v) for v in rows if v is not None]
            want(nulls == len(rows) - len(there), "block %d has %d NULLs, not %d", block, len(rows) - len(there), nulls)
            for stored, of in ((least, min), (most, max)):
                if stored is not None:
                    want(order(kind, stored) == of(there), "a zone of block %d ends at %s", block, stored)
                elif there:
                    want(kind.name == "string" and len(of(there)) > 64, "a zone of block %d does not end", block)
                    seen.add("zone without end")

    def value_index(self, kind, distinct, table, file, values):
        keys = values_of(kind, table.column("value"))
        there = [order(kind, v) for v in keys if v is not None]
        want(len(there) == distinct and all(a < b for a, b in zip(there, there[1:])), "values of %s", file)
        want(None not in keys[:-1], "NULL is not the last value of %s", file)
        rows = {}
        for row, v in enumerate(values):
            rows.setdefault(None if v is None else order(kind, v), []).append(row)
        want(len(keys) == len(rows), "%d bitmaps of %d values in %s", len(keys), len(rows), file)
        for key, bitmap in zip(keys, self.snapshot.bitmaps(table, file)):
            want(list(bitmap) == rows[None if key is None else order(kind, key)], "bitmap of %s in %s", key, file)

    def behaviors(self):
        s = self.snapshot
        for i, behavior in enumerate(s.schema["behaviors"]):
            info = s.manifest["behaviors"][i]
            if len(info["parts"]) > 1:
                seen.add("several parts")
            visible = []
            for p, part in enumerate(info["parts"]):
                events = list(s.part(i, p))
                self.part(behavior["name"], i, p, part, events)
                visible += [e for e in events if self.is_visible(e, info.get("kept_from_micros"))]
            self.events(behavior, visible)
            times = [time for _, time, *_ in visible if time is not None]
            counts = (len(visible), len(visible) - len(times), len({row for row, *_ in visible}))
            found = (*counts, min(times, default=None), max(times, default=None))
            said = tuple(info.get(k) for k in ("events", "undated", "customers", "first_micros", "last_micros"))
            want(found == said, "behavior %d: %s, expected %s", i, found, said)
            self.lines.append("behavior %s: %d events, %d undated, %d customers" % (behavior["name"], *counts))

    def is_visible(self, event, kept_from):
        row, time = event[:2]
        visible = self.snapshot.live[row] and (time is None or kept_from is None or time >= kept_from)
        if not visible:
            seen.add("an event that nobody sees")
        return visible

    def events(self, behavior, events):
        fields = [parse_type(f["type"]) for f in behavior["fields"]]
        for row, time, *values in events:
            shown = "".join(" " + show(t, v) for t, v in zip(fields, values))
            at = "NULL" if time is None else str(time)
            self.lines.append("event %s %s %s:%s" % (behavior["name"], self.name(row), at, shown))

    def part(self, name, behavior, part, info, events):
        """The counts of the manifest and the timeline, against the events of a part."""
        s = self.snapshot
        times = [e[1] for e in events if e[1] is not None]
        found = (len(events), len(events) - len(times), min(times, default=None), max(times, default=None))
        said = tuple(info.get(k) for k in ("events", "undated", "first_micros", "last_micros"))
        want(found == said, "part %d: %s, expected %s", part, found, said)
        prefix = "behavior-%04d-%04d." % (behavior, part)
        table = s.table(prefix + "days.arrow")
        days, spans = table.column("day").cast("int32").to_pylist(), []
        for c in ("from", "to"):
            spans.append(table.column(c).cast("int64").to_pylist())
        by_time = sorted((e[1], e[0]) for e in events if e[1] is not None)
        at = 0
        for day, first, end, bitmap in zip(days, *spans, s.bitmaps(table, prefix + "bitmaps")):
            rows = set()
            while at < len(by_time) and by_time[at][0] < end:
                want(by_time[at][0] >= first, "an event of part %d before day %d", part, day)
                rows.add(by_time[at][1])
                at += 1
            want(rows == set(bitmap) and rows, "the customers of day %d", day)
            names = "".join(" " + self.name(row) for row in bitmap)
            self.lines.append("day %s part %d: %d from %d to %d:%s" % (name, part, day, first, end, names))
        want(at == len(by_time), "part %d has events on no day", part)


def order(kind, value):
    """What values are ordered by: texts by their bytes; 0.0 is -0.0."""
    return value.encode() if kind.name == "string" else value


def main(folder, version=None):
    snapshot = Snapshot(folder, None if version is None else int(version))
    dump = Dump(snapshot)
    dump.customers()
    dump.behaviors()
    m = snapshot.manifest
    head = "snapshot %s: version %d, %d rows, %d customers" % (
        quote(snapshot.schema["name"]), m["version"], m["rows"], m["customers"],
    )
    lines = [head, *sorted(dump.lines, key=lambda line: line.encode())]
    sys.stdout.buffer.write(("\n".join(lines) + "\n").encode())
    sys.stderr.write("".join(kind + "\n" for kind in sorted(seen)))


if __name__ == "__main__":
    main(*sys.argv[1:])
