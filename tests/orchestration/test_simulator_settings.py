"""The settings and reviewed files that the simulator writes for its worlds are valid."""

from pathlib import Path

import pytest

from ingestion.simulator.world import generate
from orchestration.config_files import read_config_files
from orchestration.settings import load_settings
from orchestration.vendor_selection import require_secrets, select


@pytest.mark.parametrize("size", ["small", "demo"])
def test_world_settings_and_config_files_are_accepted(size: str, tmp_path: Path) -> None:
    world = generate(seed=7, size=size)
    (tmp_path / "ca.pem").write_text("a CA file\n")
    names = ("login_url", "graph_url", "connectwise_url", "pax8_url", "pax8_token_url")
    base = {name: "https://127.0.0.1:8443" for name in names} | {"ca_bundle": "ca.pem"}
    (tmp_path / "tenantry.toml").write_text(world.settings_toml(base), encoding="utf-8")
    (tmp_path / "config").mkdir()
    for name, text in world.config_files().items():
        (tmp_path / "config" / name).write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path / "tenantry.toml", world.secret_environment())
    require_secrets(select(settings))
    assert select(settings).vendors == ("microsoft", "connectwise", "pax8")
    assert len(read_config_files(settings.config_folder).customer_map) > 0
