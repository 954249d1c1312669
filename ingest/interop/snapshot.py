"""A version of a rollcall snapshot, read with what docs/format.md says and nothing else."""

import decimal
import json
import os
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyroaring
import xxhash

import encoded
from encoded import seen, want, words

decimal.getcontext().prec = 50  # no decimal of a snapshot has as many digits

BLOCK = 65536  # rows
PIECE = 1 << 20  # bytes of a file that have a checksum

# Tags of the sections of keys.table, and of a file of events.
HEADER, DIRECTORY, ENTRIES = 1, 2, 3
ROWS, TIMES, TEXTS, FIELD0 = 1, 2, 3, 16


@dataclass
class Type:
    """The type of an attribute, a field or the key, as the schema spells it."""

    name: str  # string, int64, float64, decimal, boolean, date, timestamp
    is_list: bool = False
    precision: int = 0
    scale: int = 0

    def element(self):
        return Type(self.name, False, self.precision, self.scale)


def parse_type(text):
    """number_array (decimal(9,3)) and the like."""
    name, _, number = text.partition(" (")
    is_list = name.endswith("_array")
    if not number:
        return Type(name.removesuffix("_array"), is_list)
    if digits := re.fullmatch(r"decimal\((\d+),(\d+)\)\)", number):
        return Type("decimal", is_list, int(digits[1]), int(digits[2]))
    return Type(number.removesuffix(")"), is_list)


def is_arrow_type(kind, arrow):
    """Whether arrow is a type in which values of a type may be stored."""
    if kind.is_list:
        return pa.types.is_list(arrow) and is_arrow_type(kind.element(), arrow.value_type)
    if pa.types.is_dictionary(arrow):
        if kind.name == "boolean" or arrow.index_type not in (pa.uint8(), pa.uint16(), pa.uint32()):
            return False
        arrow = arrow.value_type
    if kind.name == "decimal":
        narrow = kind.precision <= 18 and arrow == pa.decimal64(kind.precision, kind.scale)
        return narrow or arrow == pa.decimal128(kind.precision, kind.scale)
    plain = {
        "string": pa.utf8(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_(),
        "date": pa.date32(), "timestamp": pa.timestamp("us", "UTC"),
    }
    return arrow == plain[kind.name]


def values_of(kind, array):
    """The values of an Arrow array; dates and timestamps as numbers, decimals unscaled."""
    want(is_arrow_type(kind, array.type), "Arrow type %s of %s", array.type, kind)
    if pa.types.is_dictionary(array.type):
        values = values_of(kind, array.dictionary)
        return [None if code is None else values[code] for code in array.indices.to_pylist()]
    if kind.is_list:
        elements, ends = values_of(kind.element(), array.values), array.offsets.to_pylist()
        return [elements[lo:hi] if ok else None for lo, hi, ok in zip(ends, ends[1:], array.is_valid().to_pylist())]
    if kind.name == "date":
        return array.cast(pa.int32()).to_pylist()
    if kind.name == "timestamp":
        return array.cast(pa.int64()).to_pylist()
    if kind.name == "decimal":
        return [None if v is None else int(v.scaleb(kind.scale)) for v in array.to_pylist()]
    return array.to_pylist()


class Snapshot:
    """A version whose files have all been checked against its manifest."""

    def __init__(self, folder, version=None):
        path = os.path.join(folder, *([] if version is None else ["%08d" % version]), "MANIFEST")
        self.manifest = read_manifest(path)
        self.files = {f["name"]: checked(folder, f) for f in self.manifest["files"]}
        folders = {f["path"].split("/")[0] for f in self.manifest["files"]}
        if len(folders) > 1:
            seen.add("a file of an older version")
        self.rows = self.manifest["rows"]
        self.blocks = -(-self.rows // BLOCK)
        if self.blocks > 1:
            seen.add("several blocks")
        self.schema = self.manifest["schema"]
        self.key_type = parse_type(self.schema["key_type"])
        self.keys = self.column("keys.arrow", "key", self.key_type)
        self.live = self.live_rows()

    def block_rows(self, block):
        return min(BLOCK, self.rows - block * BLOCK)

    def live_rows(self):
        """Who is a customer, by row."""
        live = np.ones(self.rows, dtype=bool)
        if self.manifest["customers"] < self.rows:
            seen.add("live.bitmap")
            live[:] = False
            live[list(pyroaring.BitMap.deserialize(self.files["live.bitmap"]))] = True
        want(live.sum() == self.manifest["customers"], "%d live rows", live.sum())
        return live

    def column(self, file, name, kind):
        """The values of a file with a record batch for every block of rows."""
        reader = pa.ipc.open_file(pa.py_buffer(self.files[file]))
        want(reader.num_record_batches == self.blocks, "%s has %d record batches", file, reader.num_record_batches)
        want(reader.schema.names == [name], "%s has the columns %s", file, reader.schema.names)
        if name == "value":
            seen.add("Arrow " + str(reader.schema.field(0).type))
        values = []
        for block in range(self.blocks):
            batch = reader.get_batch(block)
            want(batch.num_rows == self.block_rows(block), "block %d of %s has %d rows", block, file, batch.num_rows)
            values += values_of(kind, batch.column(0))
        return values

    def table(self, file):
        """The one record batch of a file."""
        reader = pa.ipc.open_file(pa.py_buffer(self.files[file]))
        want(reader.num_record_batches == 1, "%s has %d record batches", file, reader.num_record_batches)
        return reader.get_batch(0)

    def bitmaps(self, directory, file):
        """The rows in each of the bitmaps that a directory places in a file."""
        data, sets = self.files[file], []
        for offset, size, customers in zip(*(directory.column(c).to_pylist() for c in ("offset", "size", "customers"))):
            rows = pyroaring.BitMap.deserialize(data[offset : offset + size])
            want(len(rows) == customers, "a bitmap of %d rows, expected %d", len(rows), customers)
            sets.append(rows)
        return sets

    def key_table(self):
        """A function from a key to its row, None where the table has none."""
        table = Sections(self.files["keys.table"])
        header = table.section(HEADER, 0)
        count, rows = words(header[:16]).tolist()
        kind, bucket_bits, chunk_bits, zero = np.frombuffer(header[16:], dtype="<u4").tolist()
        want((rows, zero) == (self.rows, 0), "keys.table is of %d rows", rows)
        want(kind == {"string": 1, "int64": 2}[self.key_type.name], "keys of kind %d", kind)
        chunks = []
        for chunk in range(1 << chunk_bits):
            starts = np.frombuffer(table.section(DIRECTORY, chunk), dtype="<u4")
            entries = words(table.section(ENTRIES, chunk))
            want(len(starts) == (1 << (bucket_bits - chunk_bits)) + 1, "directory of %d starts", len(starts))
            want(starts[0] == 0 and starts[-1] == len(entries), "directory from %d to %d", starts[0], starts[-1])
            chunks.append((starts.tolist(), entries.tolist()))
        want(sum(len(entries) for _, entries in chunks) == count, "%d keys", count)

        def find(key):
            data = key.encode() if kind == 1 else key.to_bytes(8, "little", signed=True)
            digest = xxhash.xxh64_intdigest(data)
            bucket = digest >> (64 - bucket_bits)
            chunk, bucket = bucket >> (bucket_bits - chunk_bits), bucket & (1 << (bucket_bits - chunk_bits)) - 1
            starts, entries = chunks[chunk]
            for entry in entries[starts[bucket] : starts[bucket + 1]]:
                if entry >> 32 == digest & 0xFFFFFFFF and self.keys[entry & 0xFFFFFFFF] == key:
                    return entry & 0xFFFFFFFF
            return None

        return find

    def part(self, behavior, part):
        """The events of one part: block, row, time (None: undated) and values of each."""
        sections = Sections(self.files["behavior-%04d-%04d.events" % (behavior, part)])
        fields = [parse_type(f["type"]) for f in self.schema["behaviors"][behavior]["fields"]]
        dictionaries = {}
        for tag, index in sections.places:
            if tag == TEXTS:
                dictionaries[index] = encoded.text_dictionary(sections.section(tag, index))
                seen.add("dictionary of texts")
        for block in range(self.blocks):
            if (ROWS, block) not in sections.places:
                continue
            rows = np.frombuffer(sections.section(ROWS, block), dtype="<u2").astype(np.int64) + block * BLOCK
            data = sections.section(TIMES, block)
            dated = words(data[:8])[0].item()
            times = encoded.ints(data[8:], dated)
            want((times[1:] >= times[:-1]).all(), "times of block %d are not in order", block)
            times = times.tolist() + [None] * (len(rows) - dated)
            columns = [
                encoded.column(t, sections.section(FIELD0 + i, block), len(rows), dictionaries.get(i))
                for i, t in enumerate(fields)
            ]
            yield from zip(rows.tolist(), times, *columns)


class Sections:
    """A file of tagged sections."""

    def __init__(self, data):
        want(data[:16] == b"rollcall" + (1).to_bytes(8, "little"), "starts with %s", data[:16].hex())
        want(data[-8:] == b"llacllor", "ends with %s", data[-8:].hex())
        at, count, digest = words(data[-32:-8]).tolist()
        table = data[at : at + 24 * count]
        want(at % 8 == 0 and at + 24 * count + 32 == len(data), "table of %d entries at %d", count, at)
        want(xxhash.xxh64_intdigest(table) == digest, "checksum of the table")
        self.data, self.places = data, {}
        entries = np.frombuffer(table, dtype=[("tag", "<u4"), ("index", "<u4"), ("offset", "<u8"), ("size", "<u8")])
        for tag, index, offset, size in entries.tolist():
            want(offset % (64 if size >= 4096 else 8) == 0, "section of %d bytes at %d", size, offset)
            self.places[tag, index] = offset, size
        want(list(self.places) == sorted(self.places) and len(self.places) == count, "the table is not in order")

    def section(self, tag, index):
        offset, size = self.places[tag, index]
        return self.data[offset : offset + size]


def read_manifest(path):
    """A manifest whose checksum is right."""
    with open(path, "rb") as f:
        data = f.read()
    body, digest = data[:-17], data[-17:]
    want(digest == b"%016x\n" % xxhash.xxh64_intdigest(body), "checksum line %s", digest)
    manifest = json.loads(body)
    want(manifest["format"] == 1, "format %d", manifest["format"])
    return manifest


def checked(folder, file):
    """The bytes of a file, whose size and checksums are right."""
    with open(os.path.join(folder, file["path"]), "rb") as f:
        data = f.read()
    digests = "".join("%016x" % xxhash.xxh64_intdigest(data[at : at + PIECE]) for at in range(0, len(data), PIECE))
    want(len(data) == file["size"] and digests == file["xxhash64"], "%s is not as its manifest says", file["name"])
    if len(data) > PIECE:
        seen.add("a file of several pieces")
    return data
