# "make" prints what there is to make. Everything here is a short command or a
# script that can be run without make.

.PHONY: help test lint vuln bench ormbench pagebench staticbench jobbench compilebench soak differential routers cover fmt gen cldr docs js-registry

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

test: ## run all tests; the last lines say what was run and what was not
	@scripts/test.sh

lint: ## check the form of the source: gofmt, go vet, staticcheck, revive
	@scripts/lint.sh

vuln: ## check for known vulnerabilities (govulncheck)
	@scripts/vuln.sh

bench: ## run all benchmarks, also those against peers in bench/
	go test -run '^$$' -bench . -benchmem ./...
	@! test -f bench/go.mod || (cd bench && go test -run '^$$' -bench . -benchmem ./...)

ormbench: ## measure the ORM against SQL by hand and its peers, and draw the charts
	cd bench && go run ./ormbench -write ../docs/benchmarks

pagebench: ## measure whole pages over HTTP against the same site by hand and with other libraries
	cd bench && go run ./pages measure -write ../docs/benchmarks/pages.md

staticbench: ## measure static files against nginx, which it installs if it may
	@scripts/staticpeers.sh

jobbench: ## measure package jobs against River
	cd bench && go run ./jobs measure -write ../docs/benchmarks/jobs.md

compilebench: ## measure what models cost to compile (RUNS=5)
	@scripts/compilebench.sh

soak: ## run fuzz and soak tests for long (VOLA_FUZZ=30s, VOLA_SOAK=10m)
	@scripts/soak.sh

differential: ## compare queries and pages with other implementations, for long (VOLA_SOAK=10m)
	@scripts/differential.sh

routers: ## compare one handler in six routers, and put a Varnish in front of it
	@scripts/routers.sh

cover: ## print the share of statements that tests run, for each package
	@go test -coverprofile=cover.out ./... | grep -v 'no test files'
	@go tool cover -func=cover.out | tail -n 1

fmt: ## put the source into the form of gofmt
	@find . -name '*.go' -not -path '*/testdata/*' -not -path '*/.*/*' -exec gofmt -w {} +

gen: ## write the generated files again
	go generate ./...

cldr: ## write the data of package internal/cldr again; needs npm and a network
	go run ./scripts/cldr

js-registry: ## try "vola js" with packages of the registry of npm; needs a network
	@scripts/jsregistry.sh

docs: ## write the code that documents quote, and their generated tables
	go test . -run 'Snippets|SettingsDocument|SecurityDocument' -update
	go test ./orm -run TagsDocument -update
	go test ./cmd/vola -run CommandsDocument -update
