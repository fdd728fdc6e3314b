#!/usr/bin/env bash
# Tries "vola js" with real packages: adds them to a folder of its own, compares
# the files with the list, and removes them again. "make js-registry" is this script. It needs a network, so
# no test does the same; those have a registry of their own.
#
# NPM_REGISTRY is another registry than that of npm. The exit status is 0, or 1 with the
# first command that failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/vola" ./cmd/vola
cd "$work"

./vola js add htmx.org@2.0.7 dist/htmx.min.js
./vola js add lit@3.2.0 decorators.js
./vola js add preact@10.27.0 hooks
./vola js verify
if ./vola js add jquery@3.7.1 2>refused; then
	echo "jquery 3.7.1, which is CommonJS, was added" >&2
	exit 1
fi
cat refused
./vola js outdated
for name in htmx.org lit preact; do
	./vola js remove "$name"
done
left=$(find static/vendor -type f)
if [ "$left" != static/vendor/vola-js.json ]; then
	printf 'these files are left:\n%s\n' "$left" >&2
	exit 1
fi
echo "js-registry: all as expected"
