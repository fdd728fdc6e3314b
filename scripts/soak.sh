#!/usr/bin/env bash
# Runs what gains by running long: every fuzz test for VOLA_FUZZ (default 30s),
# and the tests with Soak in their name for VOLA_SOAK (default 10m) each. In an
# ordinary test run they take a moment; they read VOLA_SOAK themselves. Those
# that ask random questions begin at VOLA_SEED, and print where they ended.
# "make soak" is this script.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export VOLA_SOAK=${VOLA_SOAK:-10m}

# The comparison with kramdown needs one; see scripts/test.sh.
if [ -z "${VOLA_TEST_KRAMDOWN-}" ] && ruby -e 'require "kramdown-parser-gfm"' >/dev/null 2>&1 </dev/null; then
	VOLA_TEST_KRAMDOWN=$(command -v ruby)
	export VOLA_TEST_KRAMDOWN
fi

race=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
! CGO_ENABLED=1 go build -race -o "$work/race" ./scripts/testreport 2>/dev/null || race=-race

flags=()
# As in scripts/test.sh: without SQLite's engine and the C library below it.
if [ -n "$race" ]; then
	export CGO_ENABLED=1
	flags=(-race '-gcflags=modernc.org/...lib...=-race=false')
fi
echo "soak tests for $VOLA_SOAK each"
go test ${flags[@]+"${flags[@]}"} -count=1 -timeout 0 -run Soak ./... | grep -v -e 'no test files' -e 'no tests to run' || [ "${PIPESTATUS[0]}" = 0 ]

# go test fuzzes one test at a time.
while read -r package test; do
	echo "$package $test"
	go test -run '^$' -fuzz "^$test\$" -fuzztime "${VOLA_FUZZ:-30s}" "$package"
done < <(go test -json -list '^Fuzz' ./... | sed -n 's/.*"Package":"\([^"]*\)".*"Output":"\(Fuzz[^\\"]*\)\\n".*/\1 \2/p')
