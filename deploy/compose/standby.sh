#!/bin/sh
# The hot standby: a copy of the primary, made once, which then follows it; from then on nothing is acknowledged that it has not.
set -eu
export PGPASSWORD="$PORTAIL_COPY_PASSWORD"
primary="host=primary port=5432 user=copie application_name=standby"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  chmod 0700 "$PGDATA"
  pg_basebackup -D "$PGDATA" -R -X stream -c fast -d "$primary"
  psql -q "$primary dbname=postgres" -c "ALTER SYSTEM SET synchronous_standby_names = 'standby'" -c "SELECT pg_reload_conf()"
fi
exec postgres "$@"
