# The verbs; what they do stands in scripts/. Each sets up what the machine lacks first, and says so.

.DEFAULT_GOAL := help
.PHONY: help run watch test ci dist bench fmt

help:
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

run: ## build, and serve on http://127.0.0.1:8080 with SQLite in ./data
	@scripts/setup.sh build
	@scripts/run.sh serve

watch: ## the same, rebuilt and reloaded at every change
	@scripts/setup.sh build
	@scripts/run.sh watch

test: ## format, lints, docs, unit, integration and browser tests, on SQLite
	@scripts/check.sh test

ci: ## what CI runs: test, and PostgreSQL, licences, unused dependencies, size budgets
	@scripts/check.sh ci

dist: ## dist/flotilla: one file, the site inside
	@scripts/setup.sh build
	@scripts/build.sh dist

bench: ## the figures of bench/RESULTS.md
	@scripts/setup.sh build
	@scripts/bench.sh

fmt: ## format all Rust code
	@cargo fmt --all
