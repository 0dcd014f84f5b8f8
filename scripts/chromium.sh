#!/usr/bin/env bash
# Makes sure that Debian's Chromium is on the machine: the page tests drive it by its path and fail without it.
set -euo pipefail
for candidate in "${TENANTRY_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "chromium: not found, and this user cannot install it. Install the Debian package chromium (as root: apt-get install chromium) and run make again." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium >/dev/null
