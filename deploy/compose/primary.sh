#!/bin/sh
# Once, when the primary's data is made (the image of PostgreSQL runs it): the two roles of the portal, and one that copies.
set -eu
psql -v ON_ERROR_STOP=1 -q -U postgres -f /etc/portail/postgresql.sql
psql -v ON_ERROR_STOP=1 -q -U postgres -v owner="$PORTAIL_OWNER_PASSWORD" -v serves="$PORTAIL_PASSWORD" -v copies="$PORTAIL_COPY_PASSWORD" <<'SQL'
ALTER ROLE portail_maitre PASSWORD :'owner';
ALTER ROLE portail PASSWORD :'serves';
CREATE ROLE copie LOGIN REPLICATION PASSWORD :'copies';
GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO copie;
GRANT EXECUTE ON FUNCTION pg_reload_conf() TO copie;
SQL
echo "host replication copie all scram-sha-256" >> "$PGDATA/pg_hba.conf"
