#!/usr/bin/env bash
# Looks for known vulnerabilities in what the code really calls, with govulncheck.
# "make vuln" is this script. It needs the database at vuln.go.dev, or the one
# that GOVULNDB names, and fails without it: not to know is not to be safe.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ${GOVULNDB:+-db "$GOVULNDB"} ./... >"$log" 2>&1 || status=$?
if grep -q 'fetching vulnerabilities' "$log"; then
	echo "vuln: not checked, because the database of known vulnerabilities cannot be reached: $(grep -m 1 'fetching vulnerabilities' "$log")" >&2
	exit 1
fi
cat "$log"
exit "$status"
