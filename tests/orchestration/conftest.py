"""A valid settings file in a folder of its own, to be broken in one place per test."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration import clock
from orchestration.settings_text import STARTING_SETTINGS

SECRETS = {
    "TENANTRY_GRAPH_SECRET": "not~a~real~secret",
    "CW_PUBLIC": "not-a-real-public-key",
    "CW_PRIVATE": "not-a-real-private-key",
    "TENANTRY_PAX8_SECRET": "not-a-real-pax8-secret",
}


@pytest.fixture(autouse=True)
def vendors_clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the vendors say the time is in this process, where no vendor is asked: what this machine says."""
    told = [datetime.now(UTC)]
    monkeypatch.setattr(clock, "vendor_times", lambda *_: [(time, datetime.now(UTC)) for time in told])
    return told


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment variables that the settings file refers to, set for the test."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return dict(SECRETS)


@pytest.fixture
def write_settings(tmp_path: Path) -> Callable[..., Path]:
    """Write a valid settings file with texts replaced or appended; every replacement must apply."""

    def write(*replacements: tuple[str, str], append: str = "") -> Path:
        text = STARTING_SETTINGS
        for old, new in replacements:
            assert old in text, f"the starting settings hold no {old!r}"
            text = text.replace(old, new, 1)
        file = tmp_path / "tenantry.toml"
        file.write_text(text + append, encoding="utf-8")
        return file

    return write
