#!/usr/bin/env bash
# Checks the form of the source: gofmt, go vet, staticcheck. "make lint" is this
# script. It goes through every module of the repository, also that of bench/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Files in testdata may be wrong on purpose.
unformatted=$(find . -name '*.go' -not -path '*/testdata/*' -not -path '*/.*/*' -print0 | xargs -0 gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'not in the form of gofmt (make fmt mends it):\n%s\n' "$unformatted" >&2
	exit 1
fi

for mod in $(find . -name go.mod -not -path '*/testdata/*' -not -path '*/.*/*'); do
	cd "$(dirname "$mod")"
	go vet ./...
	go run "$staticcheck" ./...
	cd - >/dev/null
done
echo "lint: nothing found"
