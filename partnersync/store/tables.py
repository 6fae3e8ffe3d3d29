"""What all tables share. Times are ISO 8601 text in UTC, money is whole minor units, `run` is a number of `runs`.

Text compares byte by byte on both databases (`Str`), as Python compares it: the order of rows is the same everywhere.
The tables stand in a file for each duty (`…_tables.py`); `schema.py` gathers them.
"""

from sqlalchemy import MetaData, Text

Str = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})
