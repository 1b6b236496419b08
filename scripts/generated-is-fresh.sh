#!/usr/bin/env bash
# Fails when generating again would change a file. It generates in a copy, so the working tree is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
	[ -e "$file" ] && printf '%s\0' "$file"
done | xargs -0 cp --parents --target-directory="$copy"
make --silent --directory="$copy" generate
for folder in ent graph test/load; do
	diff --recursive --brief "$folder" "$copy/$folder" || { echo "generated code is stale: run make generate"; exit 1; }
done
