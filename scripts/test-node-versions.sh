#!/usr/bin/env bash
# Runs the tests on every version of Node that is supported, each from its package of that name. Builds first, with the
# Node that is there.
#
#   scripts/test-node-versions.sh [ARGUMENTS OF VITEST]     NODE_VERSIONS="20 22" for some of them
set -uo pipefail
cd "$(dirname "$0")/.."

npm run --silent build || exit 1

failed=0
for version in ${NODE_VERSIONS:-20 22 24}; do
  # The path of that Node, so that no other is found first, also by what the tests start.
  node=$(npm exec --yes --package "node@$version" -- node -p process.execPath) || { failed=1; continue; }
  printf '\n== Node %s\n' "$("$node" --version)"
  case "$("$node" --version)" in
    "v$version."*) ;;
    *) printf '== FAILED: that is not Node %s\n' "$version"; failed=1; continue ;;
  esac
  PATH="$(dirname "$node"):$PATH" "$node" node_modules/vitest/vitest.mjs run "$@" || {
    printf '== FAILED on Node %s\n' "$version"
    failed=1
  }
done
exit "$failed"
