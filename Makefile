# Parley. `make` alone lists what can be made.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The race detector needs a C compiler; without one the tests run all the same.
RACE := $(if $(shell command -v $${CC:-gcc}),-race)
GO_FILES = $(shell git ls-files --cached --others --exclude-standard '*.go')

.PHONY: help run web test faults bench load lint verify generate migration clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: web ## build and start everything: PostgreSQL, server, demo, simulator, GraphiQL
	@echo "building the server"
	@go build -o bin/parley ./server
	@exec bin/parley

web: web/dist/.built ## build the pages

web/node_modules/.installed: web/package-lock.json
	@cd web && npm ci --silent --no-progress
	@touch $@

# What the pages are built of; schema.d.ts is nothing but types.
PAGES = $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -name '*.go' -not -name schema.d.ts)

web/dist/.built: web/node_modules/.installed $(PAGES)
	@echo "building the pages"
	@cd web && npm run --silent build
	@touch $@

test: web ## test everything, on a PostgreSQL of its own
	go test $(RACE) -timeout 20m ./...
	bash test/clients/run.sh

faults: web ## break everything under load, and the harness that looks; some minutes; writes docs/faults.md
	go test -count=1 -timeout 40m -v -run 'Fault|Mutant|Forgets' ./test/faults -long -table $(CURDIR)/docs/faults.md

bench: ## sendMessage beside pgbench on the same statement, the log, lists, the inbox, and searching
	go test -run '^$$' -bench . -benchtime 3s ./internal/room ./internal/eventlog ./internal/inbox ./internal/search

load: ## Parley beside a limit, gorilla/websocket and a stock gqlgen server: about ten minutes, on an idle machine
	@mkdir -p bin
	@go build -o bin/load ./test/load
	@exec bin/load $(LOAD)

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l $(GO_FILES))" || { echo "not formatted:"; gofmt -l $(GO_FILES); exit 1; }
	go vet ./...
	go tool staticcheck ./...

verify: lint web/node_modules/.installed ## lint, and: what is generated is fresh, the pages fit the schema, migrations match the model, the compose file is valid, imports go downwards
	bash scripts/generated-is-fresh.sh
	cd web && npm run --silent check
	go test -run '^Test(MigrationsMatchSchema|Imports|Every|Only|Compose)' . ./internal/database/migration

generate: ## generate the model and the API's code
	go generate . ./ent ./graph/transport/... ./test/load/...

migration: ## write the migration that the model needs: make migration name=add_something
	go run ./internal/database/migration/new $(name)

clean: ## remove what was built, and the private database
	rm -rf bin web/dist/vendor web/dist/app web/dist/.built web/node_modules test/clients/node_modules
	rm -rf "$$(readlink .parley/postgres/cluster || echo .parley)" .parley # root's may be elsewhere, with a link to it
