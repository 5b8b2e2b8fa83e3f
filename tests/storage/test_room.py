"""The disk under the database: new work is refused early, and the log says so once."""

import logging
from pathlib import Path

import pytest

from storage.room import LOOK_SECONDS, RESERVE, DiskNearlyFull, Room, free_bytes

MB = 1024**2


class Disk:
    """A disk and a clock of ours."""

    def __init__(self) -> None:
        self.free, self.now, self.looks = RESERVE, 0.0, 0

    def look(self, folder: Path) -> int:
        self.looks += 1
        if self.free < 0:
            raise OSError(5, "no such disk", str(folder))
        return self.free

    def room(self) -> Room:
        return Room(Path("/data/a.db"), free=self.look, clock=lambda: self.now)


def test_at_the_reserve_there_is_room_and_below_it_none() -> None:
    disk = Disk()
    room = disk.room()
    room.check()
    disk.free, disk.now = RESERVE - 1, LOOK_SECONDS
    with pytest.raises(DiskNearlyFull, match="free 1 MB"):
        room.check()
    disk.free, disk.now = RESERVE - 10 * MB, 2 * LOOK_SECONDS
    with pytest.raises(DiskNearlyFull, match="free 10 MB"):
        room.check()


def test_the_disk_is_asked_once_a_second() -> None:
    disk = Disk()
    room = disk.room()
    for _ in range(100):
        assert room.is_enough()
    assert disk.looks == 1


def test_the_log_says_so_once_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    room = disk.room()
    with caplog.at_level(logging.WARNING):
        for free in (RESERVE, 0, 0, 5 * MB, RESERVE, RESERVE):
            disk.free, disk.now = free, disk.now + LOOK_SECONDS
            room.is_enough()
    assert caplog.messages == [
        "the disk is nearly full: free 64 MB, the service goes on by itself",
        "the disk has room again",
    ]


def test_a_disk_that_does_not_say_stops_nothing() -> None:
    disk = Disk()
    disk.free = -1
    assert disk.room().left() is None
    assert disk.room().is_enough()


def test_a_database_elsewhere_looks_after_itself() -> None:
    disk = Disk()
    disk.free = 0
    room = Room(None, free=disk.look)
    room.check()
    assert room.left() is None
    assert disk.looks == 0


def test_a_real_disk_says_what_is_free(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path) < 10**18
