"""A warehouse file of its own for every test."""

from pathlib import Path

import pytest

from ingestion.load import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """An empty warehouse in a folder of its own."""
    return Warehouse(tmp_path / "warehouse" / "tenantry.duckdb")
