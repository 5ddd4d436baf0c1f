# The front door. Each command does its own set-up and is idempotent; CONTRIBUTING.md says where the caches are.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Media nodes of the demo, and the address that it announces; empty means its own defaults (three, this machine only).
NODES ?=
ADDRESS ?=
# Layers of tests (unit,integration,...) and test files to run; empty means all.
ONLY ?=
FILES ?=
export ONLY FILES
# Images: where they will be pushed, their tag, what to build on, where to save them; empty means the defaults of docs/images.md.
REGISTRY ?=
TAG ?=
BASE_IMAGE ?=
OUT ?=
export REGISTRY TAG BASE_IMAGE OUT

.PHONY: help demo images test setup lint format bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: ## a whole Parley on this machine without a cluster: make demo [NODES=5] [ADDRESS=192.0.2.7]
	@exec scripts/demo.sh $(if $(NODES),--nodes $(NODES)) $(if $(ADDRESS),--address $(ADDRESS))

images: ## container images: make images [REGISTRY=registry.example.org/team] [TAG=1.2.3] [BASE_IMAGE=...] [OUT=folder]
	@exec scripts/images.sh

test: ## every layer of tests: make test [ONLY=unit,integration] [FILES=operator/kube]
	@exec scripts/test.sh

setup: ## what `make demo` and `make test` need, without running either
	@scripts/setup/setup.sh demo >/dev/null
	@scripts/setup/setup.sh test >/dev/null

lint: ## format, lint, types
	@ONLY=format,lint,types exec scripts/test.sh

format: ## rewrite every file as prettier wants it
	@PATH="$$(scripts/setup/node.sh):$$PATH" && exec prettier --write --log-level=warn .

bench: ## the benchmarks, as JSON
	@PATH="$$(scripts/setup/node.sh):$$PATH" && exec node bench/main.ts placement --json

clean: ## what was made inside the checkout; the caches outside it stay
	@rm -rf node_modules .parley coverage test-results
