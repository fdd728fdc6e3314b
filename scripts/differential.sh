#!/usr/bin/env bash
# Compares answers with those of something else, for long: random queries of the
# ORM with an evaluation in Go, on SQLite and on the PostgreSQL that
# VOLA_TEST_POSTGRES names, and random pages with html/template. VOLA_SOAK says for
# how long queries are asked (default 10m), VOLA_CASES how many pages are compared
# (default 200000) and how many queries at least, VOLA_SEED where the seeds begin.
# "make differential" is this script; docs/benchmarks/differential.md has results.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export VOLA_SOAK=${VOLA_SOAK:-10m} VOLA_SEED=${VOLA_SEED:-$(date +%s)}
pages=${VOLA_CASES:-200000}

run() {
	go test -count=1 -timeout 0 -v -run "^$1\$" "$2" | grep -E 'questions about|comparisons|^(ok|FAIL|panic)|--- FAIL|differ'
}
VOLA_CASES=${VOLA_CASES:-100} run TestQuestionsSoak ./orm/oracle
VOLA_CASES=$pages run TestDifferentialSoak ./templates
