#!/usr/bin/env bash
# Brings .venv up to requirements/KIND.txt: `venv.sh run|dev PYTHON`. Killed at any moment, it is made whole by the next; of two at
# once the second waits.
set -eu
kind=$1 python=$2
stamp=.venv/$kind.stamp
unfinished=.venv.unfinished # stands while .venv may be a half of something; beside it, so that it outlives the removal of .venv
[ "$kind" = run ] && needs=pyproject.toml || needs=.venv/run.stamp

# Ctrl-C ends it without a trace.
quietly='import runpy, signal; signal.signal(signal.SIGINT, signal.SIG_DFL); runpy.run_module("pip", run_name="__main__")'
pip() { .venv/bin/python -c "$quietly" install -q --disable-pip-version-check "$@"; }

# Debian splits the module venv off.
make_venv() {
  rm -f .venv/*.stamp && rm -rf .venv
  "$python" -m venv .venv 2>/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    rm -rf .venv
    "$python" -m venv .venv && return
  fi
  echo "Le module venv manque : installez le paquet python3-venv, puis recommencez." >&2
  exit 1
}

[ -w . ] || { echo "Ce compte ne peut pas écrire dans $PWD : donnez-lui ce dossier, ou copiez-le là où il peut écrire." >&2; exit 1; }
exec 9>.venv.lock
flock -n 9 || { echo "Un autre « make » prépare .venv : il est attendu." >&2 && flock 9; }
[ -e "$unfinished" ] || [ ! -e "$stamp" ] || [ "requirements/$kind.txt" -nt "$stamp" ] || [ "$needs" -nt "$stamp" ] || exit 0

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 ou plus récent est nécessaire." >&2; exit 1; }
echo "Installation des bibliothèques dans .venv…"
half=$([ -e "$unfinished" ] && echo yes || true)
touch "$unfinished"
[ -z "$half" ] && .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
pip --require-hashes -r "requirements/$kind.txt"
[ "$kind" != run ] || pip --no-deps --no-build-isolation --no-index -e .
touch "$stamp"
rm "$unfinished"
