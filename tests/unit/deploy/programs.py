"""Programs that stand in for terraform, node and the like: shell scripts in a folder that comes first in PATH."""

from pathlib import Path


def put(folder: Path, name: str, *lines: str) -> Path:
    """Write a program and return where it is."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    program.chmod(0o755)
    return program
