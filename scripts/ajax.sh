#!/bin/sh
# Makes web/ajax/static/vola/ajax.js, which browsers get, from web/ajax/ajax.src.js. Run it after an
# edit; a test compares the start of the hash in the first line.
set -eu
cd "$(dirname "$0")/../web/ajax"
sum=$(sha256sum ajax.src.js | cut -c1-16)
code=$(go run github.com/evanw/esbuild/cmd/esbuild@v0.28.2 --minify --format=esm --target=es2022 < ajax.src.js)
{
	echo "/* Vola: ajax.src.js $sum */"
	printf '%s\n' "$code"
} > static/vola/ajax.js
wc -c static/vola/ajax.js
