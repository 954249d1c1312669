#!/usr/bin/env bash
# Runs a command that drives a browser:
#
#	cmd/rollcall/page/story/chromium.sh COMMAND…
#
# The command finds the program in ROLLCALL_CHROMIUM, and the packages that drive it in
# cmd/rollcall/page/node_modules, which npm fetches at the versions of package-lock.json.
# The exit status is the command's.
#
# The browser is Debian's package chromium. Where it is missing and this runs as root, it
# is installed.
set -euo pipefail

if [ $# -eq 0 ]; then
	echo 'usage: chromium.sh COMMAND…' >&2
	exit 2
fi
page=$(cd "$(dirname "$0")/.." && pwd)

if ! command -v chromium >/dev/null; then
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo 'chromium.sh: found no chromium on PATH; on Debian: apt-get install chromium' >&2
		exit 3
	fi
	echo 'chromium.sh: installing chromium' >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >&2
	apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core >&2
fi
if ! [ -e "$page/node_modules/playwright-core" ]; then
	npm --prefix "$page" ci --no-audit --no-fund >&2
fi
ROLLCALL_CHROMIUM=$(command -v chromium)
export ROLLCALL_CHROMIUM
exec "$@"
