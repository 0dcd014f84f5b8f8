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
pip=(.venv/bin/python -m pip --quiet --disable-pip-version-check)

# Out of the same lock, in a tenth of the time that pip takes. uv does not read pip's settings, so it is told of its index,
# and left out where pip may ask none.
install_with_uv() {
    local settings index
    settings=$(.venv/bin/python -m pip config list)
    if grep -Eiq "\.no-index='(1|true|yes|on)'" <<<"$settings"; then
        echo "setup: pip is set to ask no index (no-index), and uv would." >&2
        return 1
    fi
    # As pip does: the environment before [install], that before [global].
    index=${PIP_INDEX_URL:-$(sed -nE "s/^(install|global)\.index-url='(.*)'$/\1 \2/p" <<<"$settings" | sort -r | head -n 1 | cut -d ' ' -f 2)}
    "${pip[@]}" install --no-compile --require-hashes -r <(awk '/^[^ ]/ { is_uv = /^uv==/ } is_uv' requirements.lock) &&
        env ${index:+UV_DEFAULT_INDEX="$index"} .venv/bin/uv pip install --quiet --system-certs --python .venv/bin/python --require-hashes -r requirements.lock
}

if ! install_with_uv; then
    echo "setup: uv could not install the locked packages (its reason is above); pip does, which takes longer." >&2
    "${pip[@]}" install --no-compile --require-hashes -r requirements.lock
fi
# On every core, and without Microsoft's SDK, of whose 17,000 files one test reads a few, and other packages' tests.
.venv/bin/python -m compileall -q -j 0 -x '/site-packages/(.*/)?(msgraph|tests?)/' "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" >/dev/null || true
"${pip[@]}" install --no-deps --no-build-isolation --editable .
touch .venv/ready
