"""Answers SQL on chDB, ClickHouse in this process, for bench/clickhouse.

    python3 worker.py FOLDER CONNECTIONS STATEMENT...

The database lies in FOLDER. CONNECTIONS queries run at a time, each on a
connection of its own, on which the STATEMENTS have run. Then it writes {} and
reads requests from standard input, one JSON object a line:

    {"id": N, "sql": SQL, "format": F}    runs a statement, its result in format F
    {"cancel": N}                         ends the statement with that id

Answers come in the order in which statements end. An answer is a line too:

    {"id": N, "ns": T, "size": S}         and S bytes behind the line, the result
    {"id": N, "error": E}

T is how long the statement took, in nanoseconds, without any of this. A request
that is cancelled is answered all the same. The worker ends with standard input.
"""

import json
import os
import queue
import sys
import threading
import time

KILL_EVERY = 0.05  # seconds


def take_streams():
    """Returns standard input and output, and puts others in their place.

    What a library prints goes to standard error then, never between answers.
    """
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


class Answers:
    """Writes answers, each whole, for any number of threads."""

    def __init__(self, stream):
        self.stream = stream
        self.lock = threading.Lock()

    def write(self, head, data=b""):
        """Writes one answer."""
        with self.lock:
            self.stream.write(json.dumps(head).encode() + b"\n")
            self.stream.write(data)
            self.stream.flush()


class Requests:
    """The requests that have no answer yet."""

    def __init__(self):
        self.queue = queue.SimpleQueue()
        self.changed = threading.Condition()
        self.open = set()  # ids
        self.cancelled = set()  # of them

    def put(self, request):
        """Adds a request."""
        with self.changed:
            self.open.add(request["id"])
        self.queue.put(request)

    def cancel(self, number):
        """Marks a request as cancelled, if it has no answer yet."""
        with self.changed:
            if number in self.open:
                self.cancelled.add(number)
                self.changed.notify()

    def is_cancelled(self, number):
        """Says whether a request need not run any more."""
        with self.changed:
            return number in self.cancelled

    def done(self, number):
        """Removes a request."""
        with self.changed:
            self.open.discard(number)
            self.cancelled.discard(number)

    def wait_for_cancelled(self):
        """Returns the ids of cancelled requests, once there is one."""
        with self.changed:
            self.changed.wait_for(lambda: self.cancelled)
            return list(self.cancelled)


def mark(number):
    """Returns the comment that a running statement is found by."""
    return f"/* request {number} */"


def run(connection, request):
    """Returns the head of the answer to a request, and the result."""
    number = request["id"]
    sql = mark(number) + " " + request["sql"]
    try:
        began = time.perf_counter_ns()
        result = connection.query(sql, request["format"])
        took = time.perf_counter_ns() - began
        data = result.bytes() or b""
    except Exception as error:  # of chDB, in some class of its many
        return {"id": number, "error": str(error)}, b""
    return {"id": number, "ns": took, "size": len(data)}, data


def answer_all(connection, requests, answers):
    """Answers requests for ever, one at a time."""
    while True:
        request = requests.queue.get()
        number = request["id"]
        if requests.is_cancelled(number):
            head, data = {"id": number, "error": "cancelled before it ran"}, b""
        else:
            head, data = run(connection, request)
        requests.done(number)
        answers.write(head, data)


def kill_all(connection, requests):
    """Ends the statements of cancelled requests for ever.

    A statement that has only just begun cannot be found yet, so it tries again
    until the request has its answer.
    """
    while True:
        for number in requests.wait_for_cancelled():
            try:
                connection.query(f"KILL QUERY WHERE startsWith(query, '{mark(number)}') ASYNC")
            except Exception as error:
                print(error, file=sys.stderr)
        time.sleep(KILL_EVERY)


def connect(folder, statements):
    """Returns a connection on which the statements have run."""
    import chdb  # prints where it likes, so not before take_streams

    connection = chdb.connect(folder)
    for statement in statements:
        connection.query(statement)
    return connection


def main():
    """Serves until the end of standard input."""
    stream, out = take_streams()
    folder, count, statements = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    answers, requests = Answers(out), Requests()
    threads = [(answer_all, (connect(folder, statements), requests, answers)) for _ in range(count)]
    threads.append((kill_all, (connect(folder, []), requests)))
    for target, args in threads:
        threading.Thread(target=target, args=args, daemon=True).start()
    answers.write({})
    for line in stream:
        request = json.loads(line)
        if "cancel" in request:
            requests.cancel(request["cancel"])
        else:
            requests.put(request)
    # The folder is thrown away: there is nothing to wait for, not even statements.
    os._exit(0)


if __name__ == "__main__":
    main()
