"""Answers SQL on Apache Spark, for the tests of bench/difftest/executions.

It reads requests from standard input and writes answers to standard output, one
JSON object a line each, in the order of the requests:

    {"tables": [{"schema": S, "table": T, "path": P}, ...]} -> {}
    {"query": SQL}                                          -> {"keys": [K, ...]} or {"error": E}

Tables replace all that were there; a path is a Parquet file. A query gives one
column, the keys.

The session is in a time zone of its own and in ANSI mode: SQL whose literals or
functions lean on the session fails the tests.
"""

import json
import logging
import sys
import tempfile

from pyspark.sql import SparkSession


def open_session(folder):
    """Returns a session whose catalog is in memory; what it writes is in a folder."""
    builder = SparkSession.builder.master("local[2]").appName("rollcall")
    for key, value in {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "FATAL",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.catalogImplementation": "in-memory",
        # Tables are small: to compile a statement, to plan it anew on the way and
        # to broadcast a table would each take longer than all the rest.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.autoBroadcastJoinThreshold": "-1",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.codegen.wholeStage": "false",
        # The bounds of wide decimals in the files are those of their bytes.
        "spark.sql.parquet.filterPushdown": "false",
        "spark.sql.session.timeZone": "Asia/Kolkata",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": folder,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def quoted(name):
    """Returns an identifier of Spark SQL."""
    return "`" + name.replace("`", "``") + "`"


def define(spark, tables):
    """Makes the tables, and drops all others."""
    for schema in spark.catalog.listDatabases():
        if schema.name != "default":
            spark.sql(f"DROP DATABASE {quoted(schema.name)} CASCADE")
    for schema in {t["schema"] for t in tables}:
        spark.sql(f"CREATE DATABASE {quoted(schema)}")
    for t in tables:
        name = f"{quoted(t['schema'])}.{quoted(t['table'])}"
        path = t["path"].replace("\\", "\\\\").replace("'", "\\'")
        spark.sql(f"CREATE TABLE {name} USING parquet LOCATION '{path}'")


def run(spark, query):
    """Returns the answer to a query."""
    try:
        return {"keys": [str(row[0]) for row in spark.sql(query).collect()]}
    except Exception as error:  # of Spark, in some class of its many
        return {"error": str(error)}


def serve(spark):
    """Answers requests until the end of standard input."""
    for line in sys.stdin:
        request = json.loads(line)
        if "tables" in request:
            define(spark, request["tables"])
            answer = {}
        else:
            answer = run(spark, request["query"])
        print(json.dumps(answer), flush=True)


def main():
    """Serves one session."""
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # errors are answers
    with tempfile.TemporaryDirectory(prefix="rollcall-spark-") as folder:
        spark = open_session(folder)
        serve(spark)
        spark.stop()


if __name__ == "__main__":
    main()
