#!/usr/bin/env bash
# run.sh BINARY - the tables: tokens by golden case, the headline requests, speed; and, where the comparison harness lies beside
# the repository with its environments set up, the peer in the same run.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
harness=../shared/bench
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "## Golden cases"
python3 bench/results.py "$binary" --seconds
echo
echo "## Headline requests"
python3 bench/generate.py "$scratch/headline"
python3 bench/headline.py "$binary" "$scratch/headline"
echo
echo "## Speed and memory"
if [ -d "$harness" ]; then
  python3 bench/speed.py "$binary" --peer "$harness"
  echo
  bench/compare.sh "$binary"
else
  python3 bench/speed.py "$binary"
fi
