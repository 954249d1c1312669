"""Encodings of event columns, as docs/format.md draws them, read with numpy."""

import struct

import numpy as np

CONSTANT, PACKED, DICTIONARY, DELTA, PLAIN = 1, 2, 3, 4, 5
KINDS = {CONSTANT: "constant", PACKED: "packed", DICTIONARY: "dictionary", DELTA: "delta", PLAIN: "plain"}
FRAME = 128  # values of a frame of Delta

INTS, FLOATS, DECIMALS, TEXTS, CODES, LISTS = 1, 2, 3, 4, 5, 6
FORMS = {INTS: "ints", FLOATS: "floats", DECIMALS: "decimals", TEXTS: "texts", CODES: "codes", LISTS: "lists"}
HAS_NULLS = 1

seen = set()  # what was met, for the test to know that nothing was left out


def want(condition, message, *args):
    """Stop where the bytes are not as docs/format.md says."""
    if not condition:
        raise ValueError(message % args)


def words(data):
    """The 64-bit words of some bytes."""
    return np.frombuffer(data, dtype="<u8")


def packed_size(n, width):
    """The bytes of n codes of width bits."""
    return (n * width + 63) // 64 * 8


def unpack(data, n, width):
    """The first n codes of width bits."""
    if width == 0:
        return np.zeros(n, dtype=np.uint64)
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")
    used, spare = bits[: n * width], bits[n * width :]
    want(len(used) == n * width and not spare.any(), "%d codes of %d bits in %d bytes", n, width, len(data))
    shifted = used.reshape(n, width).astype(np.uint64) << np.arange(width, dtype=np.uint64)
    return shifted.sum(axis=1, dtype=np.uint64)


def ints(data, n):
    """The n whole numbers of one encoding, as int64."""
    want(len(data) >= 8 and len(data) % 8 == 0, "an encoding of %d bytes", len(data))
    head, body = words(data)[0].item(), data[8:]
    kind, width, count = head & 0xFF, head >> 8 & 0xFF, head >> 16
    want(count == n, "%d values, expected %d", count, n)
    want(kind in KINDS, "encoding of kind %d", kind)
    seen.add("encoding " + KINDS[kind])
    if kind == CONSTANT:
        want(len(body) == 8 and width == 0, "Constant of %d bytes, width %d", len(body), width)
        values = np.full(n, words(body)[0], dtype=np.uint64)
    elif kind == PACKED:
        base, unit = words(body)[:2]
        want(len(body) == 16 + packed_size(n, width), "Packed of %d bytes", len(body))
        values = base + unit * unpack(body[16:], n, width)
    elif kind == DICTIONARY:
        values = dictionary(body, n, width)
    elif kind == DELTA:
        want(width == 0, "Delta of width %d", width)
        values = delta(body, n)
    else:
        want(len(body) == 8 * n and width == 0, "Plain of %d bytes, width %d", len(body), width)
        values = words(body)
    return values.astype(np.uint64).view(np.int64)


def dictionary(body, n, width):
    distinct = words(body)[0].item()
    want(width == (distinct - 1).bit_length(), "width %d of %d distinct values", width, distinct)
    end = 8 * (1 + distinct)
    want(len(body) == end + packed_size(n, width), "Dictionary of %d bytes", len(body))
    table = words(body[8:end])
    signed = table.view(np.int64)
    want((signed[1:] > signed[:-1]).all(), "distinct values do not ascend")
    return table[unpack(body[end:], n, width).astype(np.int64)]


def delta(body, n):
    frames = -(-n // FRAME)
    step, unit = words(body)[:2]
    ends_at = 16 + 8 * frames
    codes_at = ends_at + (4 * frames + 7) // 8 * 8
    firsts = words(body[16:ends_at])
    ends = np.frombuffer(body[ends_at : ends_at + 4 * frames], dtype="<u4").astype(np.int64)
    values, at = [], codes_at
    for frame, width in enumerate(np.diff(ends, prepend=0)):
        count = min(FRAME, n - frame * FRAME)
        size = packed_size(count, int(width))
        differences = step + unit * unpack(body[at : at + size], count, int(width))
        differences[0] = firsts[frame]
        values.append(np.cumsum(differences, dtype=np.uint64))
        at += size
    want(at == len(body), "Delta of %d bytes, expected %d", len(body), at)
    return np.concatenate(values)


def texts(data, n):
    """The n texts of one encoding."""
    size = words(data[:8])[0].item()
    ends = ints(data[8 : 8 + size], n)
    rest = bytes(data[8 + size :])
    last = int(ends[-1]) if n else 0
    want(len(rest) == (last + 7) // 8 * 8 and not any(rest[last:]), "%d bytes of texts that end at %d", len(rest), last)
    starts = np.concatenate(([0], ends[:-1])) if n else []
    return [rest[lo:hi].decode() for lo, hi in zip(starts, ends)]


def text_dictionary(data):
    """The texts of the section of a dictionary."""
    return texts(data[8:], words(data[:8])[0].item())


def sized(data, n):
    """Whole numbers behind their size, and the bytes after them."""
    size = words(data[:8])[0].item()
    return ints(data[8 : 8 + size], n), data[8 + size :]


def column(kind, data, n, dictionary_texts):
    """The n values of one encoded column. kind is a Type of snapshot.py."""
    flags, form = data[0], data[1]
    want(flags & ~HAS_NULLS == 0 and not any(data[2:8]), "header %s", bytes(data[:8]).hex())
    want(form in FORMS, "form %d", form)
    seen.add("form " + FORMS[form])
    rest, valid = data[8:], np.ones(n, dtype=bool)
    if flags & HAS_NULLS:
        size = (n + 63) // 64 * 8
        valid = np.unpackbits(np.frombuffer(rest[:size], dtype=np.uint8), bitorder="little")[:n].astype(bool)
        rest = rest[size:]
        want(not valid.all(), "NULLs announced, none there")
        seen.add("NULLs of form " + FORMS[form])
    values = values_of(kind, form, rest, n, dictionary_texts)
    return [v if ok else None for v, ok in zip(values, valid)]


def values_of(kind, form, data, n, dictionary_texts):
    if form == TEXTS:
        return texts(data, n)
    if form == CODES:
        return [dictionary_texts[code] for code in ints(data, n)]
    if form == LISTS:
        ends, data = sized(data, n)
        elements = column(kind.element(), data, int(ends[-1]) if n else 0, dictionary_texts)
        starts = [0, *ends[:-1]] if n else []
        return [elements[lo:hi] for lo, hi in zip(starts, ends)]
    if form == FLOATS:
        return [struct.unpack("<d", struct.pack("<q", bits))[0] for bits in ints(data, n).tolist()]
    if form == DECIMALS:
        high, data = sized(data, n)
        low = ints(data, n).view(np.uint64)
        return [(h << 64) + l for h, l in zip(high.tolist(), low.tolist())]
    values = ints(data, n).tolist()
    return [v != 0 for v in values] if kind.name == "boolean" else values
