"""scripts/setup.sh: which index uv is told of, and what is compiled; pip and uv are stood in for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "setup.sh"
# Only pip's settings are asked of the real one; all else is noted.
_PYTHON = """#!/usr/bin/env bash
case " $* " in
*" config "*) exec "{python}" "$@" ;;
*" -c "*) echo "{purelib}" ;;
*" compileall "*) exec "{python}" "$@" ;;
*) echo "pip $*" >>"{log}" ;;
esac
"""
_UV = """#!/usr/bin/env bash
echo "uv ${{UV_DEFAULT_INDEX:-its own}}" >>"{log}"
"""


class Checkout:
    """A folder with the script and a .venv whose programs write down what they are asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.purelib = folder / ".venv" / "lib" / "site-packages"
        self.purelib.mkdir(parents=True)
        (folder / "scripts").mkdir()
        shutil.copy(SCRIPT, folder / "scripts")
        (folder / "requirements.lock").write_text("uv==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")
        programs = folder / ".venv" / "bin"
        programs.mkdir()
        for name, text in (("python", _PYTHON), ("uv", _UV)):
            path = programs / name
            path.write_text(text.format(python=sys.executable, purelib=self.purelib, log=self.log), encoding="utf-8")
            path.chmod(0o755)

    def set_up(self, settings: str = "", **environment: str) -> list[str]:
        """What uv and pip were asked, in order, where pip has these settings."""
        (self.folder / "pip.conf").write_text(settings, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
        given = {"PIP_CONFIG_FILE": str(self.folder / "pip.conf"), "PYTHON": sys.executable, **environment}
        subprocess.run([self.folder / "scripts" / "setup.sh"], env={**kept, **given}, check=True, timeout=60)
        return self.log.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("settings", "environment", "index"),
    [
        ("[global]\nindex-url = https://a.example/simple\n", {}, "https://a.example/simple"),
        ("[install]\nindex-url = https://a.example/simple\n", {}, "https://a.example/simple"),
        (
            "[global]\nindex-url = https://a.example/simple\n[install]\nindex-url = https://b.example/simple\n", {},
            "https://b.example/simple",
        ),
        (
            "[install]\nindex-url = https://a.example/simple\n", {"PIP_INDEX_URL": "https://c.example/simple"},
            "https://c.example/simple",
        ),
    ],
)  # fmt: skip
def test_setup_tells_uv_of_the_index_that_pip_asks(
    tmp_path: Path, settings: str, environment: dict[str, str], index: str
) -> None:
    asked = Checkout(tmp_path).set_up(settings, **environment)
    assert [line for line in asked if line.startswith("uv ")] == [f"uv {index}"]


@pytest.mark.parametrize(
    ("settings", "environment"),
    [("[global]\nno-index = true\n", {}), ("[install]\nno-index = yes\n", {}), ("", {"PIP_NO_INDEX": "1"})],
)
def test_setup_without_an_index_asks_uv_nothing(tmp_path: Path, settings: str, environment: dict[str, str]) -> None:
    asked = Checkout(tmp_path).set_up(settings, **environment)
    assert [line for line in asked if line.startswith("uv ")] == []
    assert any("--require-hashes -r requirements.lock" in line for line in asked)


def test_setup_compiles_packages_wherever_the_checkout_lies(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "tests")
    for place in ("kept", "kept/tests", "msgraph"):
        (checkout.purelib / place).mkdir()
        (checkout.purelib / place / "module.py").write_text("", encoding="utf-8")
    checkout.set_up()
    compiled = sorted(str(path.parent.parent.relative_to(checkout.purelib)) for path in checkout.purelib.rglob("*.pyc"))
    assert compiled == ["kept"]
