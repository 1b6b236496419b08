#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests of the pages: root may have Debian's installed, others are told.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
	if [ -x "/usr/bin/$name" ]; then exit; fi
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "no Chromium: the pages are not tested in a browser; install it, or say where it is by CHROMIUM=" >&2
	exit
fi
echo "installing Chromium"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends chromium >/dev/null
