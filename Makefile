PYTHON ?= python3
BIN := .venv/bin
export PORT ?= 8000
# One test more at once than there are processors: one always waits, for a browser or a database. Each further worker would make
# anew what its tests share.
WORKERS ?= $(shell echo $$((1 + $$(nproc 2>/dev/null || echo 1))))

.PHONY: help run dev test lint audit migration gallery house words mutants bench

help: ## ce que l’on peut faire
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1:\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS=: read -r name words; do printf '  make %-10s %s\n' "$$name" "$$words"; done

run: .venv/run.stamp ## servir la démonstration (PORT=8123 make run pour un autre port que 8000)
	@exec env PORTAL_ENV=demo $(BIN)/python scripts/run.py

dev: .venv/run.stamp ## la même, rechargée à chaque changement du code ou d’un gabarit
	@exec env PORTAL_ENV=demo $(BIN)/python scripts/run.py --reload

test: .venv/dev.stamp ## toutes les épreuves, sur SQLite et PostgreSQL, dans un navigateur
	@bash scripts/system-packages.sh wrk nginx systemd-analyze zbarimg w3m lynx docker-compose
	@env -u PORTAL_ENV -u PORTAL_DATABASE_URL -u PORTAL_TODAY -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q -n $(WORKERS) --dist worksteal

lint: .venv/dev.stamp ## la forme, les types, ce qui ne sert à rien, les étages de la maison
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m scripts.dead
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m scripts.audit

audit: .venv/dev.stamp ## ce que le registre sait des versions installées (failles, retraits)
	$(BIN)/python -m scripts.audit --registry

migration: .venv/dev.stamp ## une nouvelle migration (NAME=…)
	@$(BIN)/python scripts/migration.py '$(NAME)'

gallery: .venv/dev.stamp ## une image de chaque page, dans gallery/ (ARGS=--quick pour trois images)
	@bash scripts/system-packages.sh
	$(BIN)/python -m scripts.gallery $(ARGS)

house: .venv/dev.stamp ## redessiner l’image de la maison, dans docs/
	$(BIN)/python scripts/draw_house.py

words: .venv/dev.stamp ## tous les textes que l’on lit, chacun une fois, à relire à voix haute
	@$(BIN)/python -m scripts.words

mutants: .venv/dev.stamp ## ce que les épreuves laisseraient passer (ARGS="--seed 7 --sample 20")
	@env -u PORTAL_ENV -u PORTAL_DATABASE_URL -u PORTAL_TODAY $(BIN)/python -m scripts.mutants $(ARGS)

bench: .venv/dev.stamp .venv-peer/stamp ## mesurer, sur un million de sessions (ARGS=--quick pour voir qu’elle marche)
	@bash scripts/system-packages.sh wrk
	@env -u PORTAL_ENV -u PORTAL_DATABASE_URL -u PORTAL_TODAY $(BIN)/python -m bench.run $(ARGS)

.venv-peer/stamp: requirements/peer.txt
	@$(PYTHON) -m venv .venv-peer
	@.venv-peer/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/peer.txt
	@touch $@

.venv/run.stamp: requirements/run.txt pyproject.toml
	@bash scripts/venv.sh run $(PYTHON)

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@bash scripts/venv.sh dev $(PYTHON)
