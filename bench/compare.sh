#!/usr/bin/env bash
# compare.sh BINARY [OPTIONS...] - the comparison harness beside the repository, if it is there: tokens kept, what stays visible,
# exact originals, on its agent conversations and CI logs; ours reversible and lossless. OPTIONS go to compare.py (default: the
# groups of JSON, logs, diffs and searches). Its workloads are third-party text: measured here, never copied.
set -euo pipefail
binary=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
harness=../shared/bench
home=${HEADROOM_BENCH_HOME:-$HOME/.cache/headroom-bench}
if [ ! -x "$home/venv-bench/bin/python" ]; then
  echo "compare.sh: $harness is not set up (run $harness/setup.sh)" >&2
  exit 0
fi
[ $# -gt 0 ] || set -- --only 'a_*,e_*,f_*,g_*,h_*,i_*'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HEADROOM_WORKSPACE_DIR=$scratch HEADROOM_CONFIG_DIR=$scratch

peer=()
[ ! -x "$home/venv-peer/bin/python" ] || peer=(--adapter peer)
echo "## Conversations, reversible${peer:+; the peer in the same run}"
"$harness/compare/compare.py" --adapter "cmd=$binary compress --json --retrieval tool" "${peer[@]}" \
  --retrieve-cmd "$binary retrieve {hash}" --decode-cmd "$binary decode" "$@"
echo "## Conversations, lossless only"
"$harness/compare/compare.py" --adapter "cmd=$binary compress --json" --decode-cmd "$binary decode" "$@"
echo "## CI logs at 6,000 and 2,500 tokens"
for budget in 6000 2500; do
  "$harness/logs/score.py" --no-baselines --cmd "$binary compress --text --kind log --retrieval tool --token-budget $budget"
done
