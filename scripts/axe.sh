#!/usr/bin/env bash
# Prints the path of axe-core, which looks for accessibility faults in pages
# (https://github.com/dequelabs/axe-core). scripts/test.sh is what runs it.
#
# curl fetches the one version named here from the registry of npm, once, or from
# the one that npm_config_registry names. The archive stays in
# ${XDG_CACHE_HOME:-~/.cache}/vola-test; nothing of it comes into the repository.
# Its checksum is compared each time, and nothing in it is run but in the browser
# of a test. The exit status is 0, or 1 with the reason on standard error.
set -euo pipefail

version=4.14.1
sha512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vola-test
archive=$cache/axe-core-$version.tgz
script=$cache/axe-core-$version.js

fail() {
	echo "axe-core $version: $*" >&2
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
	curl -fsSL --connect-timeout 20 --max-time 120 -o "$work/axe-core-$version.tgz" "${registry%/}/axe-core/-/axe-core-$version.tgz" ||
		fail "it cannot be fetched from $registry"
	found=$(sum "$work/axe-core-$version.tgz")
	[ "$found" = "$sha512" ] || fail "what was fetched has the SHA-512 $found, want $sha512"
	mv "$work/axe-core-$version.tgz" "$archive"
fi
found=$(sum "$archive")
[ "$found" = "$sha512" ] || fail "$archive has the SHA-512 $found, want $sha512; remove the file"
tar -xzOf "$archive" package/axe.min.js >"$work/axe.js"
mv "$work/axe.js" "$script"
echo "$script"
