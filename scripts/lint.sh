#!/usr/bin/env bash
# Checks the source: gofmt, go vet, staticcheck, revive, and that package variables do not
# change. "make lint" is this script. It goes through every module of the repository, also that of bench/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2
revive=github.com/mgechev/revive@v1.16.0
rules=$PWD/revive.toml

# Files in testdata may be wrong on purpose.
unformatted=$(find . -name '*.go' -not -path '*/testdata/*' -not -path '*/.*/*' -print0 | xargs -0 gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'these files are not formatted; run "make fmt":\n%s\n' "$unformatted" >&2
	exit 1
fi

for mod in $(find . -name go.mod -not -path '*/testdata/*' -not -path '*/.*/*'); do
	cd "$(dirname "$mod")"
	go vet ./...
	go run "$staticcheck" ./...
	go run "$revive" -config "$rules" -exclude "**/testdata/..." ./...
	cd - >/dev/null
done
go test -count=1 -timeout=30m -tags=lint -run=TestVariables .
echo "lint: nothing found"
