#!/usr/bin/env bash
# The browser, the fonts and the reader of PDF that the tests and the gallery use, and what else is named, from Debian, when missing.
# The browser is the one without a window, a third of the work of the other; the other will do.
set -eu
PATH=$PATH:/usr/sbin
has() { command -v "$1" >/dev/null; }
packages() {
  for program in "$@"; do
    case $program in systemd-analyze) echo systemd ;; zbarimg) echo zbar-tools ;; *) echo "$program" ;; esac
  done
}
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }
missing=0
for program in chromium-headless-shell pdfinfo "$@"; do has "$program" || missing=1; done
[ "$missing" = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && has apt-get; then
  apt-get update -qq || true
  has chromium-headless-shell || install chromium-headless-shell || has chromium || install chromium || true
  install fonts-liberation fonts-dejavu-core poppler-utils $(packages "$@") || true
fi
{ has chromium-headless-shell || has chromium; } && missing=0
for program in pdfinfo "$@"; do has "$program" || missing=1; done
[ "$missing" = 0 ] && exit 0
echo "Il manque un de ces programmes : chromium, pdfinfo $*. Installez les paquets chromium, fonts-liberation, fonts-dejavu-core, poppler-utils $(packages "$@" | xargs), puis recommencez." >&2
exit 1
