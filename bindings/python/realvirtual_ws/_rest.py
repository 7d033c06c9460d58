"""What a loop has taken from the library and not handed out yet."""

from __future__ import annotations

from collections import deque
from typing import Deque, Generic, Iterable, List, Optional, TypeVar

T = TypeVar("T")


class Rest(Generic[T]):
    """Where a loop that is left leaves what it did not get to: the next loop or poll begins there. For any thread."""

    def __init__(self) -> None:
        self._items: Deque[T] = deque()

    def __bool__(self) -> bool:
        return bool(self._items)

    def put(self, items: Iterable[T]) -> None:
        self._items.extend(items)

    def pop(self) -> Optional[T]:
        """The oldest, or None."""
        try:
            return self._items.popleft()
        except IndexError:
            return None

    def drain(self) -> List[T]:
        """All of it."""
        return list(iter(self.pop, None))
