#!/usr/bin/env bash
# The browser, the fonts and the reader of PDF that the tests and the gallery use, and what else is named, from Debian, when missing.
set -eu
missing=0
for program in chromium pdfinfo "$@"; do command -v "$program" >/dev/null || missing=1; done
[ "$missing" = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation fonts-dejavu-core poppler-utils "$@" >/dev/null
  exit 0
fi
echo "Il manque un de ces programmes : chromium, pdfinfo $*. Installez les paquets chromium, fonts-liberation, fonts-dejavu-core, poppler-utils $*, puis recommencez." >&2
exit 1
