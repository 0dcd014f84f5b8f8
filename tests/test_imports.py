"""Who may import whom: house style, section 1, checked over every Python file of the product."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("data_contracts", "ingestion", "orchestration", "dashboards")
VENDORS = ("microsoft", "connectwise", "pax8")

CONTRACT_LIBRARIES = {"open_data_contract_standard", "yaml", "pyarrow"}
# duckdb and filelock: the load path deletes by its own SQL and locks the file that dlt writes.
# jwt: what msal signs with; msal lets its error for a key of the wrong kind through.
# jwt and cryptography are what msal signs with.
INGESTION_LIBRARIES = {"dlt", "msal", "jwt", "cryptography", "requests", "urllib3", "pyarrow", "duckdb", "filelock"}
SIMULATOR_LIBRARIES = {"cryptography", "orjson", "trustme", "uvicorn", "uvloop"}
DASHBOARD_LIBRARIES = {"duckdb", "polars", "starlette", "jinja2", "vl_convert", "typst", "mcp"}
# Two seconds and more to import: never at the top of a module that a vendor or the load path uses.
HEAVY_LIBRARIES = {"dagster", "dagster_dbt", "dagster_duckdb", "dbt", "great_expectations", "polars", "pandas"}


@dataclass(frozen=True)
class Import:
    """One import statement: where it stands and what it names."""

    file: Path
    line: int
    module: str
    is_at_top: bool

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"

    @property
    def area(self) -> str:
        """The folder that the rules speak of: `ingestion/simulator` is one of its own."""
        parts = self.file.relative_to(ROOT).parts
        return "ingestion/simulator" if parts[:2] == ("ingestion", "simulator") else parts[0]

    @property
    def is_standard(self) -> bool:
        return self.root in sys.stdlib_module_names

    @property
    def is_project(self) -> bool:
        return self.root in {*PACKAGES, "bench", "tests"}

    @property
    def root(self) -> str:
        return self.module.split(".")[0]


def files() -> list[Path]:
    return sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def imports() -> Iterator[Import]:
    for file in files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        top = {id(node) for node in tree.body}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = ["." * node.level + (node.module or "")]
            else:
                continue
            for name in names:
                yield Import(file, node.lineno, name, id(node) in top)


ALL = list(imports())


def breaches(rule: object) -> list[str]:
    """The places of imports that a rule does not let through."""
    return [found.place for found in ALL if not rule(found)]  # type: ignore[operator]


def test_walk_finds_every_package_that_exists() -> None:
    found = {item.area for item in ALL}
    assert {"data_contracts", "ingestion", "ingestion/simulator", "orchestration"} <= found


def test_imports_are_absolute() -> None:
    assert breaches(lambda item: not item.module.startswith(".")) == []


@pytest.mark.parametrize(
    ("area", "libraries", "packages"),
    [
        ("data_contracts", CONTRACT_LIBRARIES, {"data_contracts"}),
        ("ingestion", INGESTION_LIBRARIES, {"data_contracts", "ingestion"}),
        ("ingestion/simulator", SIMULATOR_LIBRARIES, {"ingestion"}),
        ("dashboards", DASHBOARD_LIBRARIES, {"data_contracts", "dashboards"}),
    ],
)
def test_area_imports_what_the_table_lists(area: str, libraries: set[str], packages: set[str]) -> None:
    def is_allowed(item: Import) -> bool:
        return item.area != area or item.is_standard or item.root in (packages if item.is_project else libraries)

    assert breaches(is_allowed) == []


def test_simulator_imports_no_project_code() -> None:
    def is_own(item: Import) -> bool:
        return (
            item.area != "ingestion/simulator" or not item.is_project or item.module.startswith("ingestion.simulator")
        )

    assert breaches(is_own) == []


def test_nobody_imports_orchestration() -> None:
    assert breaches(lambda item: item.area == "orchestration" or item.root != "orchestration") == []


def test_product_imports_neither_tests_nor_benchmarks() -> None:
    assert breaches(lambda item: item.root not in {"tests", "bench"}) == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendor_packages_never_import_each_other_or_the_load_path(vendor: str) -> None:
    others = {f"ingestion.{name}" for name in (*VENDORS, "load", "simulator") if name != vendor}

    def is_allowed(item: Import) -> bool:
        is_ours = item.file.is_relative_to(ROOT / "ingestion" / vendor)
        return not is_ours or ".".join(item.module.split(".")[:2]) not in others

    assert breaches(is_allowed) == []


@pytest.mark.parametrize("shared", ["http", "projection", "load"])
def test_shared_ingestion_code_knows_no_vendor(shared: str) -> None:
    vendors = tuple(f"ingestion.{name}" for name in VENDORS)

    def is_allowed(item: Import) -> bool:
        return not item.file.is_relative_to(ROOT / "ingestion" / shared) or not item.module.startswith(vendors)

    assert breaches(is_allowed) == []


@pytest.mark.parametrize("library", ["requests", "urllib3", "http.client", "socket"])
def test_only_the_http_package_speaks_http(library: str) -> None:
    # `requests.utils` parses a Link header without asking anybody.
    def is_allowed(item: Import) -> bool:
        is_ingestion = item.area == "ingestion" and not item.file.is_relative_to(ROOT / "ingestion" / "http")
        is_speaking = item.module == library or item.module.startswith(f"{library}.")
        return not (is_ingestion and is_speaking) or item.module == "requests.utils"

    assert breaches(is_allowed) == []


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    def is_allowed(item: Import) -> bool:
        return item.area == "orchestration" or item.root not in HEAVY_LIBRARIES or not item.is_at_top

    assert breaches(is_allowed) == []


def test_only_settings_read_the_environment() -> None:
    readers = {
        file.relative_to(ROOT).as_posix()
        for file in files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers == {"orchestration/settings.py"}


def test_no_code_stands_between_imports() -> None:
    found = []
    for file in files():
        body = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if not _is_docstring(node)]
        last = max(
            (number for number, node in enumerate(body) if isinstance(node, ast.Import | ast.ImportFrom)), default=-1
        )
        found += [
            f"{file.relative_to(ROOT)}:{node.lineno}"
            for node in body[: last + 1]
            if not isinstance(node, ast.Import | ast.ImportFrom) and not _is_type_checking(node)
        ]
    assert found == []


def test_no_module_is_named_for_nothing() -> None:
    assert [file.name for file in files() if file.stem in {"utils", "helpers", "common", "util", "helper"}] == []


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
