"""The README's table of faults is the catalog's."""

from pathlib import Path

import ingestion.simulator
from ingestion.simulator.faultcatalog import markdown_table

README = Path(ingestion.simulator.__file__).with_name("README.md")


def test_readme_faults_table_is_current() -> None:
    found = README.read_text(encoding="utf-8")
    assert markdown_table() in found, "paste the output of ingestion.simulator.faultcatalog.markdown_table()"
