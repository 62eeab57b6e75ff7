#!/usr/bin/env bash
# The browser, the fonts and the reader of PDF that the tests and the gallery use, from Debian, when they are missing.
set -eu
command -v chromium >/dev/null && command -v pdfinfo >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation fonts-dejavu-core poppler-utils >/dev/null
  exit 0
fi
echo "Chromium ou pdfinfo manque : installez les paquets chromium, fonts-liberation, fonts-dejavu-core et poppler-utils, puis recommencez." >&2
exit 1
