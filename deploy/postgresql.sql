-- Two roles, so that the portal owns nothing of what it serves: psql -f deploy/postgresql.sql, as the superuser, once.
-- portail_maitre migrates, restores and owns the tables; portail serves: row-level security stands before it, and what can only
-- grow it cannot change. Then, with each one's address:
--   PORTAL_DATABASE_URL=postgresql://portail_maitre:…@localhost/portail portal migrate --runtime portail
--   PORTAL_DATABASE_URL=postgresql://portail:…@localhost/portail portal serve
-- Passwords: \password portail_maitre and \password portail, in psql.
CREATE ROLE portail_maitre LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE ROLE portail LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE DATABASE portail OWNER portail_maitre ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
\connect portail
REVOKE ALL ON DATABASE portail FROM PUBLIC;
GRANT CONNECT ON DATABASE portail TO portail;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO portail_maitre;
