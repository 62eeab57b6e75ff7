#!/usr/bin/env bash
# Makes .venv with the Python that is there; a Debian that splits venv off gets its package.
set -eu
python=$1
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 ou plus récent est nécessaire." >&2; exit 1; }
"$python" -m venv .venv 2>/dev/null && exit 0
rm -rf .venv
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  exec "$python" -m venv .venv
fi
echo "Le module venv manque : installez le paquet python3-venv, puis recommencez." >&2
exit 1
