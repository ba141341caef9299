#!/usr/bin/env bash
# Runs the tests on every supported version of Node, each from the npm package `node`. Builds first, with the installed
# Node.
#
#   scripts/test-node-versions.sh [ARGUMENTS OF VITEST]     NODE_VERSIONS="20 22" for some of them
set -uo pipefail
cd "$(dirname "$0")/.."

node scripts/build.js || exit 1

failed=0
for version in ${NODE_VERSIONS:-20 22 24}; do
  # First in PATH, so that processes that the tests start use it too.
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
