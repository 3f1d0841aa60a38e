"""Rows as Parquet."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from eyecatch.jobs.export.tables import Column, Row

GROUP: Final = 65_536
"""Rows of one row group: a few megabytes in memory, and still read quickly in parts."""

KINDS: Final = {
    "text": pa.string(),
    "label": pa.dictionary(pa.int32(), pa.string()),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "chances": pa.map_(pa.string(), pa.float64()),
}


def write(stream: BinaryIO, columns: tuple[Column, ...], rows: Iterable[Row]) -> int:
    """Write rows in groups; returns how many there were. Arguments as for ``write_table``."""
    schema = pa.schema([(column.name, KINDS[column.kind]) for column in columns])
    left, count = iter(rows), 0
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        while group := list(islice(left, GROUP)):
            values = zip(zip(*group, strict=True), schema, strict=True)
            arrays = [pa.array(column, field.type) for column, field in values]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(group)
    return count
