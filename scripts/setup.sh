#!/usr/bin/env bash
# Makes .venv with the locked dependencies and this checkout installed editable. Needs Python 3.11 or newer, nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
python=""
for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: no Python 3.11 or newer found (tried \$PYTHON, python3, python3.13, python3.12, python3.11). Install one and run make again." >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
# On every core, which pip does not, and without Microsoft's SDK: of its 17,000 files one test reads a few.
.venv/bin/python -m compileall -q -j 0 -x '/msgraph/' "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" >/dev/null || true
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
touch .venv/ready
