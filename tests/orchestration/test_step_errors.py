"""What a step's error may say: problems of the machine by name, everything else without its message."""

import errno
import os
from pathlib import Path

import pytest

from orchestration.step_errors import StepFailed, storable_errors


def test_full_disk_is_named_with_free_space(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as raised, storable_errors("publish", tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(raised.value).startswith("publish: the disk is full (ENOSPC, No space left on device; ")
    assert f"MB free in {tmp_path}" in str(raised.value)
    assert raised.value.__cause__ is None


def test_unexpected_error_leaves_without_its_message() -> None:
    with pytest.raises(StepFailed) as raised, storable_errors("publish"):
        raise ValueError("dana@msp.example")
    assert "builtins.ValueError" in str(raised.value) and "dana" not in str(raised.value)
    assert raised.value.__cause__ is None
