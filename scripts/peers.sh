#!/usr/bin/env bash
# Prints the directory with the code of others that the tests of web/ajax show pages with:
# htmx2.js and htmx4.js (https://htmx.org), and turbo.js (https://turbo.hotwired.dev).
# scripts/test.sh is what runs it.
set -euo pipefail

scripts=$(dirname "${BASH_SOURCE[0]}")
htmx2=$("$scripts/npm.sh" htmx.org 2.0.7 \
	62226a1775392b23b6f150b998f7de84a24f17e9f51a78be72ea4af83ebd4c5d279bbc18e805e7ddae263d622291f017b65d6ed45d7e6614824bb293f29566a8 \
	dist/htmx.min.js)
htmx4=$("$scripts/npm.sh" htmx.org 4.0.1 \
	a05ec98178435bd5170b2fe4d59605510833bbfae6d7d39158f48f34bf75bcf96e0763c1f7e315e79b7241d1ffc3ba361006d36141b94835b547ad2676476a1a \
	dist/htmx.min.js)
turbo=$("$scripts/npm.sh" @hotwired/turbo 8.0.23 \
	199edc8a3c4467a220ef5bbbac3e8b1da46fff0704fe136c73e9c47e258e90b36a5202cec28e4c34658ecb9655f595034a2431d67a3b6318d33674f83bafff71 \
	dist/turbo.es2017-esm.js)

# Links, which are put in place whole.
directory=$(dirname "$turbo")/peers
mkdir -p "$directory"
ln -sf "$htmx2" "$directory/htmx2.js"
ln -sf "$htmx4" "$directory/htmx4.js"
ln -sf "$turbo" "$directory/turbo.js"
echo "$directory"
