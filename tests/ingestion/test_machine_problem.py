"""A problem of the machine is named with its number and free space; anything else stays without words."""

import errno
import os
from pathlib import Path

import duckdb
import pytest

from ingestion.machine_problem import REMEDIES, machine_problem, machine_problem_of_text


@pytest.mark.parametrize("number", sorted(REMEDIES))
def test_error_number_is_named_wherever_it_lies_in_the_chain(number: int, tmp_path: Path) -> None:
    error = RuntimeError("row value dana@msp.example")
    error.__cause__ = ValueError("another value")
    error.__cause__.__context__ = OSError(number, os.strerror(number), str(tmp_path / "file"))
    found = machine_problem(error)
    assert found is not None and found.number == number
    assert errno.errorcode[number] in found.text and os.strerror(number) in found.text
    assert f"MB free in {tmp_path}" in found.text
    assert "dana" not in found.text and found.advice.endswith("then run again.")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('IO Error: Could not write all bytes to file "/w/a.duckdb": No space left on device', errno.ENOSPC),
        ("Out of Memory Error: failed to allocate data of size 16.0 MiB (953.6 MiB/953.6 MiB used)", errno.ENOMEM),
        (
            "failed to offload data block of size 256.0 KiB (9.9 MiB/10.0 MiB used). max_temp_directory_size",
            errno.ENOSPC,
        ),
        ('IO Error: Cannot open file "/w/a.duckdb": Read-only file system', errno.EROFS),
        ('IO Error: Cannot open file "/w/a.duckdb": Permission denied', errno.EACCES),
        ("OSError: [Errno 24] Too many open files: '/w/x'", errno.EMFILE),
    ],
)
def test_text_of_a_library_is_recognised(text: str, number: int, tmp_path: Path) -> None:
    found = machine_problem_of_text(text, tmp_path)
    assert found is not None and found.number == number
    assert f"MB free in {tmp_path}" in found.text


def test_memory_limit_of_duckdb_is_a_problem_of_the_machine(tmp_path: Path) -> None:
    with duckdb.connect(config={"memory_limit": "10MB", "max_temp_directory_size": "0MB"}) as connection:
        with pytest.raises(duckdb.Error) as raised:
            connection.execute("select list(range) from range(10000000)").fetchall()
    found = machine_problem(raised.value)
    assert found is not None and found.number in (errno.ENOMEM, errno.ENOSPC)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Conversion Error: 'dana@msp.example' is no number"),
        OSError(errno.ENOENT, "No such file"),
        KeyError("x"),
    ],
)
def test_other_errors_are_no_problem_of_the_machine(error: Exception) -> None:
    assert machine_problem(error) is None
