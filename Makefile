# `make help` lists what there is. Tools are built once, at the versions named
# here, into .bin/ by the Go module proxy; nothing else has to be installed.

GOLANGCI_VERSION := v2.15.0
GOVULNCHECK_VERSION := v1.9.0
FUZZTIME ?= 20s
LOADPAGES ?= 10000000
VULNDB ?= ../shared/data/vulndb.tgz

BIN := .bin
GOLANGCI := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)
GOVULNCHECK := $(BIN)/govulncheck-$(GOVULNCHECK_VERSION)

.DEFAULT_GOAL := help
.PHONY: help build run test race lint fmt fuzz chaos load bench cover vuln check

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the program as .bin/watchbill
	CGO_ENABLED=1 go build -trimpath -ldflags '-s -w' -o $(BIN)/watchbill ./cmd/watchbill

run: ## serve a demonstration company at http://localhost:8080
	go run ./cmd/watchbill serve --demo

test: ## run all tests
	go test -timeout 30m ./...

race: ## run all but the longest tests under the race detector
	go test -race -short -timeout 30m ./...

lint: $(GOLANGCI) ## run go vet and the linter, import rules included
	go vet ./...
	$(GOLANGCI) run

fmt: ## format all Go code
	gofmt -w $$(git ls-files --cached --others --exclude-standard '*.go')

fuzz: ## fuzz each reader of outside bytes for FUZZTIME (20s)
	@for package in $$(go list ./...); do \
		targets=$$(go test -list '^Fuzz' $$package) || { echo "$$targets"; exit 1; }; \
		for target in $$(echo "$$targets" | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

chaos: ## kill the service a hundred times while it takes pages in, fetches the past, publishes pay
	WATCHBILL_CHAOS=100 go test -run 'TestKilledWhileReceiving|TestKilledWhilePullingPagerDuty|TestKilledWhilePublishingPay|TestFullDisk|TestLockedDatabase|TestSlowWorker' -v -timeout 30m ./cmd/watchbill

load: ## serve LOADPAGES (ten million) pages of a thousand teams under load, and a tenth of it
	WATCHBILL_LOAD=$(LOADPAGES) go test -run TestLoad -v -timeout 180m ./cmd/watchbill

bench: ## measure the generator, the resolver, feeds, pages and the program
	go test -run '^$$' -bench . -benchmem -timeout 60m ./schedule/... ./health/... ./api/... ./ui/... ./cmd/...

cover: ## run all tests and show what they reach
	@mkdir -p $(BIN)
	go test -coverpkg=./... -coverprofile=$(BIN)/cover.out ./...
	go tool cover -func=$(BIN)/cover.out | tail -n 1

vuln: $(GOVULNCHECK) ## look for known vulnerabilities in what the program calls
	@if [ -f "$(VULNDB)" ]; then \
		dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && tar -xzf "$(VULNDB)" -C "$$dir" && \
		$(GOVULNCHECK) -db "file://$$dir/vulndb" ./...; \
	else \
		$(GOVULNCHECK) ./...; \
	fi

check: lint test race ## everything a change must pass before it is sent
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi

$(GOLANGCI):
	GOBIN=$(CURDIR)/$(BIN)/build go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(BIN)/build/golangci-lint $@

$(GOVULNCHECK):
	GOBIN=$(CURDIR)/$(BIN)/build go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	mv $(BIN)/build/govulncheck $@
