#!/bin/sh
# Builds the page into dist/, from the exact versions of package-lock.json.
# With --check it builds beside dist/ and says whether that is the same, byte for byte;
# it also checks the types and runs the tests of what has no browser in it.
set -eu
cd "$(dirname "$0")"

case "${1:-}" in
"") out=dist ;;
--check) out=.check ;;
*)
	echo "usage: build.sh [--check]; found \"$1\"" >&2
	exit 2
	;;
esac

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm run --silent typecheck
if [ "$out" = dist ]; then
	npm run --silent build -- --logLevel warn
	exit
fi

npm test --silent
rm -rf .check
trap 'rm -rf .check' EXIT
npm run --silent build -- --logLevel warn --outDir .check
if ! diff -r .check dist; then
	echo "dist/ is not what the sources make: run cmd/rollcall/page/build.sh" >&2
	exit 1
fi
echo "dist/ is what the sources make"
