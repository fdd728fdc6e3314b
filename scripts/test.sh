#!/usr/bin/env bash
# Runs all tests, with whatever makes them stronger that this machine has: the
# race detector, PostgreSQL, Chromium, axe-core, htmx and Turbo, kramdown, xmllint, gettext.
# "make test" is this script. Its last lines say what was run, and what was not and why.
#
#   scripts/test.sh [-C directory] [packages and flags of go test]
#
# Without packages it also runs the tests of contrib/s3, contrib/oidc and contrib/rediscache, which are modules of their own.
#
# As root on a system with apt-get it installs what is missing, unless
# VOLA_TEST_INSTALL=no. It starts a PostgreSQL server of its own, on a free port
# of 127.0.0.1 and with its data in a temporary directory, and removes both at
# the end. Instead of that it takes
#
#   VOLA_TEST_POSTGRES   URL of a server to use, in which tests may make databases
#   VOLA_TEST_CHROMIUM   path of a Chromium
#   VOLA_TEST_AXE        path of the script axe.min.js of axe-core; without it
#                        scripts/axe.sh fetches one, and the run fails if it cannot
#   VOLA_TEST_PEERS      directory with the scripts of htmx and Turbo; without it
#                        scripts/peers.sh fetches them, and the run fails if it cannot
#   VOLA_TEST_KRAMDOWN   path of a Ruby with kramdown and kramdown-parser-gfm
#   VOLA_TEST_MSGFMT     path of the msgfmt of GNU gettext, beside its msgcat
#   VOLA_TEST_S3         path of a versitygw, the S3 server that the tests of contrib/s3 run
#   VOLA_TEST_REDIS      path of a redis-server or valkey-server that the tests of contrib/rediscache run
#   VOLA_TEST_RACE       "on" or "off"
#
# each of which may be "off". With CI=true anything skipped or missing is a
# failure. The exit status is 0 when all is well, 1 when tests fail, or that of
# the signal that ended it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=$root
if [ "${1-}" = -C ]; then
	directory=$(cd "$2" && pwd)
	shift 2
fi
nested=() # modules inside this one whose tests are run too
[ $# -gt 0 ] || [ "$directory" != "$root" ] || nested=(contrib/s3 contrib/oidc contrib/rediscache)
[ $# -gt 0 ] || set -- ./...

work=$(mktemp -d)
cluster= # directory of our PostgreSQL, when it has one
runner=  # process group of the tests, while they run
ran=()
missing=()

# stop ends what this script has started, and nothing else.
stop() {
	local status=$?
	trap - EXIT INT TERM HUP
	if [ -n "$runner" ]; then
		kill -INT -- "-$runner" 2>/dev/null || true
		wait "$runner" 2>/dev/null || true
	fi
	if [ -n "$cluster" ]; then
		[ ! -f "$cluster/data/postmaster.pid" ] || as_server "$postgres_bin/pg_ctl" stop -D "$cluster/data" -m immediate -s -t 30 || true
		rm -rf "$cluster"
	fi
	rm -rf "$work"
	exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

have() { command -v "$1" >/dev/null 2>&1; }

# --- what is there -----------------------------------------------------------

race_works() {
	[ "${VOLA_TEST_RACE-}" != off ] &&
		CGO_ENABLED=1 go build -C "$root" -race -o "$work/race" ./scripts/testreport 2>"$work/race.log"
}

find_postgres() {
	postgres_bin=
	local candidate
	for candidate in "$(command -v initdb || true)" $(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -rV) \
		/usr/pgsql-*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb /usr/local/opt/postgresql*/bin/initdb; do
		if [ -x "$candidate" ] && [ -x "$(dirname "$candidate")/pg_ctl" ]; then
			postgres_bin=$(dirname "$candidate")
			return 0
		fi
	done
	return 1
}

find_chromium() {
	chromium=
	local candidate
	for candidate in chromium chromium-browser google-chrome google-chrome-stable chrome \
		"/Applications/Chromium.app/Contents/MacOS/Chromium" \
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
		if chromium=$(command -v "$candidate"); then
			return 0
		fi
	done
	return 1
}

find_kramdown() {
	kramdown=$(command -v ruby) && "$kramdown" -e 'require "kramdown-parser-gfm"' >/dev/null 2>&1 </dev/null
}

# find_redis sets redis to a server of Redis, or of Valkey. Debian has the program in redis-tools, under the
# name of another one that it is too.
find_redis() {
	redis=$(command -v redis-server || command -v valkey-server || command -v redis-check-rdb)
}

# install_missing adds, with apt-get, what the tests could use and do not find.
install_missing() {
	[ "$(id -u)" = 0 ] && have apt-get && [ "${VOLA_TEST_INSTALL-}" != no ] || return 0
	local packages=()
	[ "${VOLA_TEST_RACE-}" = off ] || race_works || packages+=(gcc libc6-dev)
	[ -n "${VOLA_TEST_POSTGRES-}" ] || find_postgres || packages+=(postgresql)
	[ -n "${VOLA_TEST_CHROMIUM-}" ] || find_chromium || packages+=(chromium)
	[ -n "${VOLA_TEST_AXE-}" ] && [ -n "${VOLA_TEST_PEERS-}" ] || [ "${VOLA_TEST_CHROMIUM-}" = off ] || have curl || packages+=(curl ca-certificates)
	[ -n "${VOLA_TEST_KRAMDOWN-}" ] || find_kramdown || packages+=(ruby-kramdown ruby-kramdown-parser-gfm)
	[ -n "${VOLA_TEST_MSGFMT-}" ] || have msgfmt || packages+=(gettext)
	[ -n "${VOLA_TEST_REDIS-}" ] || find_redis || packages+=(redis-tools) # the server is in it, and nothing starts it
	have xmllint || packages+=(libxml2-utils)
	[ ${#packages[@]} -gt 0 ] || return 0
	echo "installing ${packages[*]} with apt-get (VOLA_TEST_INSTALL=no prevents it)"
	export DEBIAN_FRONTEND=noninteractive
	# One by one: what cannot be had must not keep the others away.
	apt-get update -qq >"$work/apt.log" 2>&1 </dev/null || true
	local package
	for package in "${packages[@]}"; do
		apt-get install -y -qq --no-install-recommends "$package" >>"$work/apt.log" 2>&1 </dev/null ||
			echo "apt-get install $package failed: $(tail -n 1 "$work/apt.log")"
	done
}

# --- PostgreSQL ----------------------------------------------------------------

# as_server runs a command as the user who owns the cluster: the server refuses
# to run as root.
as_server() {
	if [ "$(id -u)" != 0 ]; then
		"$@"
	elif have runuser; then
		runuser -u "$server_user" -- "$@"
	elif have setpriv; then
		setpriv --reuid "$server_user" --regid "$(id -g "$server_user")" --clear-groups "$@"
	else
		su -s /bin/sh "$server_user" -c '"$0" "$@"' -- "$@"
	fi
}

# start_postgres starts a server and sets VOLA_TEST_POSTGRES.
start_postgres() {
	server_user=$(id -un)
	if [ "$(id -u)" = 0 ]; then
		server_user=nobody
		! id postgres >/dev/null 2>&1 || server_user=postgres
	fi
	cluster=$(mktemp -d "${TMPDIR:-/tmp}/vola-postgres.XXXXXX")
	[ "$(id -u)" != 0 ] || chown "$server_user" "$cluster"
	cd / # a directory that the server's user may enter
	# jit=off: compiling statements takes longer than all else where most are new
	# or their tables small, and changes no result.
	# With a linguistic order as default, a query that forgets to ask for the
	# order of code points is found out. Servers before 15 cannot have it so.
	as_server "$postgres_bin/initdb" -D "$cluster/data" -U vola -A trust -E UTF8 --no-sync \
		--locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US >"$work/initdb.log" 2>&1 ||
		{ rm -rf "$cluster/data" && as_server "$postgres_bin/initdb" -D "$cluster/data" -U vola -A trust -E UTF8 --no-sync \
			--no-locale >"$work/initdb.log" 2>&1; } || return 1
	local attempt port
	for attempt in 1 2 3 4 5 6 7 8; do
		# Below the range from which systems hand out ports. Whether one is free
		# only the server can say, by listening on it.
		port=$((20000 + RANDOM % 12000))
		if as_server "$postgres_bin/pg_ctl" start -D "$cluster/data" -l "$cluster/log" -s -w -t 30 -o "-h 127.0.0.1 -p $port -k '' \
			-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off -c max_connections=200" >"$work/initdb.log" 2>&1 </dev/null; then
			export VOLA_TEST_POSTGRES="postgres://vola@127.0.0.1:$port/postgres?sslmode=disable"
			return 0
		fi
	done
	return 1
}

# --- what the tests are given ----------------------------------------------------

install_missing

flags=()
if race_works; then
	# The detector watches all code but SQLite's engine and the C library below
	# it. Both are translated C that guards itself with locks, which the detector
	# still sees; to watch their every access takes five times as long and finds
	# nothing of ours.
	flags+=(-race '-gcflags=modernc.org/...lib...=-race=false')
	export CGO_ENABLED=1
	ran+=("the race detector")
elif [ "${VOLA_TEST_RACE-}" = off ]; then
	missing+=("the race detector (VOLA_TEST_RACE=off)")
else
	missing+=("the race detector (it needs a C compiler: $(tail -n 1 "$work/race.log"))")
fi

case ${VOLA_TEST_POSTGRES-} in
off)
	unset VOLA_TEST_POSTGRES
	missing+=("PostgreSQL (VOLA_TEST_POSTGRES=off)")
	;;
"")
	unset VOLA_TEST_POSTGRES
	if ! find_postgres; then
		missing+=("PostgreSQL (no initdb found)")
	elif start_postgres; then
		ran+=("$("$postgres_bin/initdb" --version | sed 's/^initdb (PostgreSQL)/PostgreSQL/')")
	else
		missing+=("PostgreSQL (it does not start: $(tail -n 1 "$cluster/log" 2>/dev/null || tail -n 1 "$work/initdb.log"))")
	fi
	;;
*) ran+=("PostgreSQL at the VOLA_TEST_POSTGRES given") ;;
esac

case ${VOLA_TEST_CHROMIUM-} in
off)
	unset VOLA_TEST_CHROMIUM
	missing+=("Chromium (VOLA_TEST_CHROMIUM=off)")
	;;
"")
	unset VOLA_TEST_CHROMIUM
	if find_chromium; then
		export VOLA_TEST_CHROMIUM=$chromium
		ran+=("$("$chromium" --version 2>/dev/null </dev/null | head -n 1 || echo Chromium)")
	else
		missing+=("Chromium (not found)")
	fi
	;;
*) ran+=("Chromium at the VOLA_TEST_CHROMIUM given") ;;
esac

case ${VOLA_TEST_AXE-} in
off)
	unset VOLA_TEST_AXE
	missing+=("axe-core (VOLA_TEST_AXE=off)")
	;;
"")
	unset VOLA_TEST_AXE
	if [ -z "${VOLA_TEST_CHROMIUM-}" ]; then
		missing+=("axe-core (it needs Chromium)")
	elif VOLA_TEST_AXE=$("$root/scripts/axe.sh"); then
		export VOLA_TEST_AXE
		ran+=("axe-core $(sed -n '1s/^.*axe v\([0-9.]*\).*$/\1/p' "$VOLA_TEST_AXE")")
	else
		echo "the tests were not run; VOLA_TEST_AXE=off runs them without axe-core" >&2
		exit 1
	fi
	;;
*) ran+=("axe-core at the VOLA_TEST_AXE given") ;;
esac

case ${VOLA_TEST_PEERS-} in
off)
	unset VOLA_TEST_PEERS
	missing+=("htmx and Turbo (VOLA_TEST_PEERS=off)")
	;;
"")
	unset VOLA_TEST_PEERS
	if [ -z "${VOLA_TEST_CHROMIUM-}" ]; then
		missing+=("htmx and Turbo (they need Chromium)")
	elif VOLA_TEST_PEERS=$("$root/scripts/peers.sh"); then
		export VOLA_TEST_PEERS
		ran+=("htmx and Turbo")
	else
		echo "the tests were not run; VOLA_TEST_PEERS=off runs them without htmx and Turbo" >&2
		exit 1
	fi
	;;
*) ran+=("htmx and Turbo at the VOLA_TEST_PEERS given") ;;
esac

case ${VOLA_TEST_KRAMDOWN-} in
off)
	unset VOLA_TEST_KRAMDOWN
	missing+=("kramdown (VOLA_TEST_KRAMDOWN=off)")
	;;
"")
	unset VOLA_TEST_KRAMDOWN
	if find_kramdown; then
		export VOLA_TEST_KRAMDOWN=$kramdown
		ran+=("kramdown $("$kramdown" -e 'require "kramdown"; print Kramdown::VERSION' 2>/dev/null </dev/null)")
	else
		missing+=("kramdown (no Ruby with kramdown-parser-gfm found)")
	fi
	;;
*) ran+=("kramdown with the Ruby at the VOLA_TEST_KRAMDOWN given") ;;
esac

case ${VOLA_TEST_MSGFMT-} in
off)
	unset VOLA_TEST_MSGFMT
	missing+=("gettext (VOLA_TEST_MSGFMT=off)")
	;;
"")
	unset VOLA_TEST_MSGFMT
	if have msgfmt; then
		VOLA_TEST_MSGFMT=$(command -v msgfmt)
		export VOLA_TEST_MSGFMT
		ran+=("$(msgfmt --version 2>/dev/null </dev/null | sed -n '1s/msgfmt (GNU gettext-tools)/gettext/p')")
	else
		missing+=("gettext (no msgfmt found)")
	fi
	;;
*) ran+=("gettext with the msgfmt at the VOLA_TEST_MSGFMT given") ;;
esac

if [ ${#nested[@]} -gt 0 ]; then
	case ${VOLA_TEST_S3-} in
	off)
		unset VOLA_TEST_S3
		missing+=("an S3 server (VOLA_TEST_S3=off)")
		;;
	"")
		unset VOLA_TEST_S3
		# It takes minutes the first time; then Go has it in its cache.
		if go build -C "$root/contrib/s3/testdata/server" -o "$work/versitygw" github.com/versity/versitygw/cmd/versitygw 2>"$work/s3.log"; then
			export VOLA_TEST_S3=$work/versitygw
			ran+=("an S3 server (versitygw)")
		else
			missing+=("an S3 server (it does not build: $(tail -n 1 "$work/s3.log"))")
		fi
		;;
	*) ran+=("an S3 server (the VOLA_TEST_S3 given)") ;;
	esac
fi

if [ ${#nested[@]} -gt 0 ]; then
	case ${VOLA_TEST_REDIS-} in
	off)
		unset VOLA_TEST_REDIS
		missing+=("Redis (VOLA_TEST_REDIS=off)")
		;;
	"")
		unset VOLA_TEST_REDIS
		if find_redis; then
			# The name by which it is called says what it is.
			ln -sf "$redis" "$work/redis-server"
			export VOLA_TEST_REDIS=$work/redis-server
			ran+=("$("$VOLA_TEST_REDIS" --version 2>/dev/null </dev/null | sed -n '1s/^\([A-Za-z]*\) server v=\([0-9.]*\).*$/\1 \2/p')")
		else
			missing+=("Redis (no redis-server or valkey-server found)")
		fi
		;;
	*) ran+=("Redis at the VOLA_TEST_REDIS given") ;;
	esac
fi

# --- the tests ---------------------------------------------------------------

# Tests that make sites build them without asking a registry.
(cd "$root" && go mod download)
go build -C "$root" -o "$work/testreport" ./scripts/testreport
report=()
[ "${CI-}" != true ] || report+=(-strict)
for what in ${ran[@]+"${ran[@]}"}; do report+=(-ran "$what"); done
for what in ${missing[@]+"${missing[@]}"}; do report+=(-missing "$what"); done

# In a process group of their own, so that stop can end them whoever asks for it.
cd "$directory"
set -m
(
	set -o pipefail
	{
		status=0
		go test -json -timeout 15m ${flags[@]+"${flags[@]}"} "$@" || status=$?
		for module in ${nested[@]+"${nested[@]}"}; do
			go test -C "$root/$module" -json -timeout 15m ${flags[@]+"${flags[@]}"} ./... || status=$?
		done
		exit "$status"
	} | "$work/testreport" ${report[@]+"${report[@]}"}
) </dev/null &
runner=$!
set +m
status=0
wait "$runner" || status=$?
runner=
exit "$status"
