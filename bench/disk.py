"""How often this disk makes 4 KB durable in a second: what every stack here is paid in."""

import os
import time
from pathlib import Path

BLOCK_BYTES = 4_096
BLOCKS = 4_096  # preallocated: a warm write-ahead log does not grow either
SECONDS = 0.5


def fdatasyncs_a_second(folder: Path) -> float:
    """Write block after block to a preallocated file, with an fdatasync after each, and return the rate."""
    path = folder / "disk.bin"
    path.write_bytes(bytes(BLOCK_BYTES * BLOCKS))
    block = os.urandom(BLOCK_BYTES)
    file = os.open(path, os.O_WRONLY)
    try:
        os.fsync(file)
        return _rate(file, block)
    finally:
        os.close(file)
        path.unlink()


def _rate(file: int, block: bytes) -> float:
    count, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < SECONDS:
        os.pwrite(file, block, count % BLOCKS * BLOCK_BYTES)
        os.fdatasync(file)
        count += 1
    return count / elapsed


def filesystem(folder: Path) -> str:
    """Return the type of the file system that holds a folder, such as ext4; on tmpfs nothing here would be durable."""
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, place, found, *_ = line.split()
        if folder.resolve().is_relative_to(place) and len(place) >= len(best):
            best, kind = place, found
    return kind
