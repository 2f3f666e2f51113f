#!/usr/bin/env bash
# arm64_root.sh FOLDER: unpacks the arm64 libraries that the build needs under FOLDER, with their headers.
#
# From this machine's own Debian sources (Ubuntu keeps arm64 elsewhere), by apt-get download with a state of its own: nothing is
# installed, no foreign architecture is added to the system, no rights are needed. Done once; an unpacked FOLDER is left as it is.
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//' >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ ! -e "$folder/complete" ] || exit 0

packages=(libssl-dev libsqlite3-dev libyaml-dev libxxhash-dev libhiredis-dev zlib1g-dev libzstd-dev libbrotli-dev libpng-dev libturbojpeg0-dev)
mkdir -p "$folder"/{state/lists/partial,cache/archives/partial,debs,root}
apt=(apt-get -qq -o APT::Architectures::=arm64 -o APT::Sandbox::User=root -o Dir::State::Lists="$folder/state/lists"
  -o Dir::Cache="$folder/cache")
"${apt[@]}" update
(cd "$folder/debs" && "${apt[@]}" download "${packages[@]/%/:arm64}")
for package in "$folder"/debs/*.deb; do dpkg -x "$package" "$folder/root"; done
rm -rf "$folder"/{state,cache,debs}
touch "$folder/complete"
