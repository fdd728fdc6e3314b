#!/usr/bin/env bash
# Mounts one handler in six routers, compares the answers, and puts a Varnish in front of
# it: the tests of bench/routers, with nothing skipped. "make routers" is this script;
# docs/benchmarks/routers.md says what was shown.
#
# VOLA_TEST_VARNISH is the path of varnishd. Without it one is looked for, and as root on
# a system with apt-get it is installed, unless VOLA_TEST_INSTALL=no.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../bench"

# find_varnish prints the path of varnishd, which lies where only root looks for programs.
find_varnish() { PATH=$PATH:/usr/sbin:/usr/local/sbin command -v varnishd; }

if [ -z "${VOLA_TEST_VARNISH-}" ] && ! VOLA_TEST_VARNISH=$(find_varnish); then
	if [ "$(id -u)" != 0 ] || [ "${VOLA_TEST_INSTALL-}" = no ] || ! command -v apt-get >/dev/null; then
		echo "routers: no varnishd; install Varnish or set VOLA_TEST_VARNISH" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq </dev/null
	apt-get install -y -qq --no-install-recommends varnish </dev/null
	VOLA_TEST_VARNISH=$(find_varnish)
fi
export VOLA_TEST_VARNISH
go test -count=1 -v ./routers | grep -E '^ *(---|ok|FAIL|panic)|_test.go'
