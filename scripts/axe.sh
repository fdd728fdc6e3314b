#!/usr/bin/env bash
# Prints the path of axe-core, which looks for accessibility faults in pages
# (https://github.com/dequelabs/axe-core). scripts/test.sh is what runs it.
set -euo pipefail

exec "$(dirname "${BASH_SOURCE[0]}")/npm.sh" axe-core 4.14.1 \
	1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5 \
	axe.min.js
