#!/usr/bin/env bash
# Pins the dependencies of pyproject.toml with hashes and without index addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-strip-extras --extra dev \
    --python-version 3.11 --universal pyproject.toml -o requirements.lock
# pip before 24 wants a package that is asked for with and without an extra pinned under both names.
python3 - <<'PYTHON'
import re
from pathlib import Path

lock = Path("requirements.lock")
blocks = re.split(r"(?m)^(?=[a-z0-9])", lock.read_text())
lock.write_text("".join(re.sub(r"^([a-z0-9-]+)\[[^\]]+\]", r"\1", block) + block if re.match(r"[a-z0-9-]+\[", block) else block for block in blocks))
PYTHON
