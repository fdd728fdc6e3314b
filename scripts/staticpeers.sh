#!/bin/sh
# Measures static files against nginx, and writes docs/benchmarks/static.md. nginx comes from VOLA_TEST_NGINX or the
# path; as root on a system with apt-get it is installed if it is missing.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${VOLA_TEST_NGINX:-}" ] && ! command -v nginx >/dev/null; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ "${VOLA_TEST_INSTALL:-yes}" != no ]; then
		apt-get update >/dev/null
		apt-get install -y --no-install-recommends nginx-light >/dev/null
	else
		echo "there is no nginx; install it, or say in VOLA_TEST_NGINX where it is" >&2
		exit 1
	fi
fi
cd bench
exec go run ./staticpeers -write ../docs/benchmarks/static.md "$@"
