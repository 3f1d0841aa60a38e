"""The types of columns: each looks at every value that is read, and refuses what it can't be.

An index may come from a stranger, or from a disk that lost bits; SQLite keeps any value in any
column. What reaches the rest of eyecatch is of the type that its column declares, and within the
bounds that it declares. Only columns are checked, not what SQL computes of them.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Dialect,
    Double,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
)
from sqlalchemy.sql.type_api import TypeEngine
from sqlalchemy.types import TypeDecorator

from eyecatch.db.models.wrong_value import WrongValueError

Process = Callable[[Any], Any]

_LARGEST: Final = 2**63 - 1
_LARGEST_REAL: Final = sys.float_info.max


class Checked(TypeDecorator[Any]):
    """The parent of the types; ``column`` is set once the table is there (``base.Base``).

    Values of the Python types in ``plain`` are right, whichever they are.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    column: str = ""
    plain: frozenset[type] = frozenset()

    def __init_subclass__(cls) -> None:
        """Let SQLAlchemy cache statements: a type is told by its class and its arguments."""
        super().__init_subclass__()
        cls.cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Process:
        """What SQLAlchemy calls for every value that it reads."""
        inner = self.impl_instance.result_processor(dialect, coltype)
        return self.checker(inner or _same)

    def checker(self, inner: Process) -> Process:
        """A function that returns a value as Python has it, or raises WrongValueError.

        Args:
            inner: how the driver's value becomes Python's.
        """
        raise NotImplementedError

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """Values of the column as a driver gave them, checked; JSON is not read.

        It is for very many, which some types know how to look at in one go.
        """
        plain = set(map(type, values)) <= self.plain
        return values if plain else [*map(self.checker(_same), values)]

    def wrong(self, expected: str, found: object) -> WrongValueError:
        """The error for a value."""
        return WrongValueError(self.column, expected, found)


class Whole(Checked):
    """A whole number.

    Args:
        low, high: the least and the greatest that it may be.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = BigInteger

    def __init__(self, low: int = -_LARGEST - 1, high: int = _LARGEST) -> None:
        super().__init__()
        self.low, self.high = low, high

    def checker(self, inner: Process) -> Process:  # noqa: ARG002 - drivers give Python's integers
        """The same."""
        low, high = self.low, self.high

        def check(value: Any) -> int | None:  # noqa: ANN401
            if (type(value) is int and low <= value <= high) or value is None:
                return value
            raise self.wrong(self._expected(), value)

        return check

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same."""
        some = values if None not in values else [one for one in values if one is not None]
        try:
            array("q", some)  # it takes whole numbers alone, and is quicker than a look at each
            if not some or (self.low <= min(some) and max(some) <= self.high):
                return values
        except (TypeError, OverflowError):
            pass
        return super().read_all(values)

    def _expected(self) -> str:
        if self.low < -_LARGEST:
            return "a whole number"
        if self.high == _LARGEST:
            return f"a whole number from {self.low} on"
        return f"a whole number of {self.low} to {self.high}"


class Key(Whole):
    """The number of a row, which the database gives."""

    # SQLite gives a row its number by itself only where the column is called INTEGER.
    impl = BigInteger().with_variant(Integer, "sqlite")


class Count(Whole):
    """How many there are of something, or the place of one among them, from 0."""

    def __init__(self) -> None:
        super().__init__(0, 2**31 - 1)


class Denominator(Whole):
    """What is divided by; and a numerator that isn't zero."""

    def __init__(self) -> None:
        super().__init__(1, 2**31 - 1)


class Pixels(Whole):
    """Width or height of a picture."""

    def __init__(self) -> None:
        super().__init__(1, 2**16)


class Milliseconds(Whole):
    """Since 1970, UTC: any time that Python's ``datetime`` has."""

    def __init__(self) -> None:
        super().__init__(-62_135_596_800_000, 253_402_300_799_999)


class Int32(Whole):
    """A whole number that takes four bytes in a table."""

    impl = Integer

    def __init__(self, low: int = -(2**31)) -> None:
        super().__init__(low, 2**31 - 1)


class PerMille(Whole):
    """A part of 1, in thousandths."""

    impl = SmallInteger

    def __init__(self) -> None:
        super().__init__(0, 1000)


class Real(Checked):
    """A finite number.

    Args:
        low, high: the least and the greatest that it may be.
    """

    impl = Double

    def __init__(self, low: float = -_LARGEST_REAL, high: float = _LARGEST_REAL) -> None:
        super().__init__()
        self.low, self.high = low, high

    def checker(self, inner: Process) -> Process:  # noqa: ARG002 - drivers give Python's numbers
        """The same."""
        low, high = self.low, self.high

        def check(value: Any) -> float | None:  # noqa: ANN401
            if (type(value) is float and low <= value <= high) or value is None:
                return value
            if type(value) is int and low <= value <= high:
                return float(value)
            bounds = "a finite number" if high == _LARGEST_REAL else f"a number of {low} to {high}"
            raise self.wrong(bounds, value)

        return check

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same."""
        plain = set(map(type, values)) == {float} and math.isfinite(sum(values))
        if plain and self.low <= min(values) and max(values) <= self.high:
            return values
        return super().read_all(values)


class Flag(Checked):
    """True or false."""

    impl = Boolean
    coerce_to_is_types = (type(None), bool)  # so that Postgres is told IS false, as of any Boolean

    def checker(self, inner: Process) -> Process:  # noqa: ARG002 - it takes any value for true
        """The same."""

        def check(value: Any) -> bool | None:  # noqa: ANN401
            if value is None or type(value) is bool:
                return value
            if type(value) is int and value in {0, 1}:
                return value == 1
            raise self.wrong("true or false", value)

        return check


class Words(Checked):
    """A text."""

    impl = String
    plain = frozenset({str, NoneType})

    def checker(self, inner: Process) -> Process:
        """The same."""

        def check(value: Any) -> str | None:  # noqa: ANN401
            if value is None:
                return None
            if type(value) is str:
                return inner(value)  # type: ignore[no-any-return]
            raise self.wrong("a text", value)

        return check


class Blob(Checked):
    """Bytes."""

    impl = LargeBinary
    plain = frozenset({bytes, NoneType})

    def checker(self, inner: Process) -> Process:  # noqa: ARG002 - it makes bytes of a number too
        """The same."""

        def check(value: Any) -> bytes | None:  # noqa: ANN401
            if value is None or type(value) is bytes:
                return value
            if isinstance(value, memoryview | bytearray):
                return bytes(value)
            raise self.wrong("bytes", value)

        return check


class Json(Checked):
    """A value of JSON.

    Args:
        fits: whether a value is of the shape that the column has.
        expected: that shape, as a noun phrase.
    """

    impl = JSON(none_as_null=True)

    def __init__(self, fits: Callable[[object], bool], expected: str) -> None:
        super().__init__()
        self.fits, self.expected = fits, expected

    def checker(self, inner: Process) -> Process:
        """The same."""

        def check(value: Any) -> Any:  # noqa: ANN401
            if value is None:
                return None
            try:
                read = inner(value)
            except (TypeError, ValueError, RecursionError):
                raise self.wrong("JSON", value) from None
            if not self.fits(read):
                raise self.wrong(self.expected, read)
            return read

        return check


def _same(value: Any) -> Any:  # noqa: ANN401
    return value
