"""Results as Parquet: one row per future and month, one column per outcome.

A file's rows are sorted by future, then date; its columns are ``policy``, ``future``, ``date`` and
one per outcome.  The same values always give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.study import Shard, Study

KEYS = ("policy", "future", "date")
COMPRESSION = "zstd"
_ROWS_PER_GROUP = 131_072


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A shard as the file that it is to be.

    Attributes:
        shard: which futures, of which policy.
        content: the bytes of the file.
        sha256: their checksum.
    """

    shard: Shard
    content: bytes
    sha256: str

    @classmethod
    def of(cls, study: Study, shard: Shard, values: NDArray[np.float64]) -> ShardFile:
        """The file of a shard.

        Args:
            study: whose outcomes and months are stored.
            shard: which futures, of which policy.
            values: ``(outcomes, futures, months)``.

        Raises:
            ValueError: if they are of another shape.
        """
        content = _content(study, shard, values)
        return cls(shard, content, sha256(content).hexdigest())


def _content(study: Study, shard: Shard, values: NDArray[np.float64]) -> bytes:
    names = study.outcomes
    months = study.months
    if values.shape != (len(names), shard.futures, len(months)):
        raise ValueError(f"{shard}: results have the shape {values.shape}")
    rows = shard.futures * len(months)
    futures = np.arange(shard.first_future, shard.first_future + shard.futures, dtype=np.int32)
    columns = {
        "policy": pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), [shard.policy]),
        "future": pa.array(np.repeat(futures, len(months))),
        "date": pa.array(np.tile(np.array(months, "datetime64[D]"), shard.futures), pa.date32()),
    }
    columns |= {name: pa.array(values[at].ravel()) for at, name in enumerate(names)}
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(columns),
        sink,
        compression=COMPRESSION,
        use_dictionary=list(KEYS),  # of an outcome's values most are seen once
        row_group_size=_ROWS_PER_GROUP,
        write_page_checksum=True,  # for those who read a column and not the file
    )
    return bytes(sink.getvalue())
