"""A whole run and a whole check of vendors that echo secrets and content in every odd answer, everything at DEBUG."""

import base64
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.simulator.world import World
from tests.hostile_vendor import ANSWERS, CANARY, TOKEN, Asked, HostileVendor, hostile_vendor, token
from tests.orchestration.run.canaries import traces
from tests.orchestration.run.tenants import MSP, tenant_id
from tests.product import REPOSITORY, RUN_SECONDS, Product
from tests.warm_process import WarmProcess

# Found by Python at its start in every process of the command, before any of our code.
ALL_LOGGERS = """\
import logging
import os

logging.basicConfig(level=logging.DEBUG, filename=os.environ["PLANTED_LOG"], format="%(name)s %(message)s %(args)s")
"""
LOUD = {
    "DBT_LOG_LEVEL": "debug", "DBT_LOG_LEVEL_FILE": "debug", "DBT_DEBUG": "1", "RUNTIME__LOG_LEVEL": "DEBUG",
    "AZURE_LOG_LEVEL": "DEBUG",
}  # fmt: skip
# Those that make the client wait before it asks again, or give the host up, are proven without a whole run.
SLOW = frozenset(
    {
        "409", "429, odd wait", "429, odd date", "500", "json cut", "nothing", "utf-16", "status without a number",
        "no status", "header without a name", "header without end", "length is none", "chunk without a length",
        "chunk cut", "shorter than said", "no gzip", "odd date of answer",
    }
)  # fmt: skip
SWIFT = [name for name in ANSWERS if name not in SLOW]


@dataclass(frozen=True)
class Attacked:
    """A product whose vendors were hostile, and everything that its commands said."""

    product: Product
    said: str
    answered: frozenset[str]


@pytest.fixture(scope="module")
def attacked(world: World, warm: WarmProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """`tenantry run` and `tenantry doctor` against the hostile server, in processes of their own."""
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(ALL_LOGGERS, encoding="utf-8")
    with hostile_vendor(folder) as vendor:
        answered = _answer_in_turn(vendor, tenant_id(world, MSP))
        product = Product(folder / "product", world, _Addresses(vendor), warm)  # type: ignore[arg-type]
        product.write_settings()
        text = product.settings.read_text("utf-8")
        text = text.replace('vendor = "connectwise"', 'vendor = "connectwise"\ntenant_id_field = "Microsoft tenant"')
        product.settings.write_text(text, encoding="utf-8")
        day = world.observation_dates[0].isoformat()
        said = _command(product, folder, "doctor") + _command(product, folder, "run", "--as-of", day)
        yield Attacked(product, said, frozenset(answered))


class _Addresses:
    """Stands for the simulator, of which the settings want the addresses only."""

    def __init__(self, vendor: HostileVendor) -> None:
        self.urls = {
            "login_url": vendor.url, "graph_url": vendor.url, "pax8_url": f"{vendor.url}/v1",
            "connectwise_url": f"{vendor.url}/v4_6_release/apis/3.0", "pax8_token_url": f"{vendor.url}/v1/token",
            "report_host": vendor.url.replace("https://127.0.0.1", "localhost"), "ca_bundle": str(vendor.ca_file),
        }  # fmt: skip


def _answer_in_turn(vendor: HostileVendor, msp: str) -> set[str]:
    """Each request gets the next odd answer, the MSP's tenant and Pax8 a good token; the names that were given."""
    names, lock, had = itertools.cycle(SWIFT), threading.Lock(), set()

    def answers(asked: Asked) -> bytes:
        path = asked.target.split("?")[0]
        if path == "/v1/token" or path == f"/{msp}/oauth2/v2.0/token":
            return token(asked)
        with lock:
            name = next(names)
            had.add(name)
        return ANSWERS[name](asked)

    vendor.answers = answers
    return had


def _command(product: Product, folder: Path, *arguments: str) -> str:
    """What a command says, on both streams; it must end in words of ours."""
    search = os.pathsep.join([str(folder / "site"), str(REPOSITORY)])
    log = {"PLANTED_LOG": str(product.folder / "all.log"), "PYTHONPATH": search}
    ended = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments, "--settings", str(product.settings)],
        cwd=product.folder,
        env={**product.environment, **LOUD, **log},
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert ended.returncode in (1, 2), ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def _secrets(world: World) -> list[str]:
    known = world.credentials["connectwise"]
    signed = f"{known['company_id']}+{known['public_key']}:{known['private_key']}"
    return [CANARY, TOKEN, *world.secret_environment().values(), base64.b64encode(signed.encode()).decode()]


def test_every_odd_answer_was_given_and_everything_logged(attacked: Attacked) -> None:
    assert attacked.answered == set(SWIFT)
    log = (attacked.product.folder / "all.log").read_text("utf-8")
    assert "answered 403, try 1" in log


def test_no_secret_and_no_content_is_said(attacked: Attacked, world: World) -> None:
    said = attacked.said.lower()
    assert [text for text in _secrets(world) if text.lower() in said] == []


def test_no_secret_and_no_content_is_in_any_file(attacked: Attacked, world: World, tmp_path: Path) -> None:
    files = [str(file.relative_to(attacked.product.folder)) for file in attacked.product.folder.rglob("*")]
    # The warehouse, Dagster's storage and the log were there to be searched.
    assert {"all.log", "warehouse/tenantry.duckdb"} <= set(files) and any(".dagster/" in name for name in files)
    assert {text: traces(attacked.product.folder, tmp_path, text) for text in _secrets(world)} == {
        text: [] for text in _secrets(world)
    }
