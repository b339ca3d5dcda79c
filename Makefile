# `make install`, `make test`, `make demo` and `make check` do everything from a bare machine with Python 3.11 or later.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Each of many processes would compile all that it imports.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install test test-quick bench demo check check-deploy check-cluster deploy-files up pin-images lock clean chaos chaos-table bom audit model recogniser
MINUTES ?= 10
SEED ?= 1

help:
	@echo "make install   create .venv from the hash-pinned lock"
	@echo "make demo      broker, worker and sample notes on this machine; ends by itself"
	@echo "make test      all tests; with Java 17 and Maven also those on a real Apache Kafka"
	@echo "make test-quick  the everyday run: all tests but those on a real Apache Kafka"
	@echo "make bench     one shard on Kafka against bare nlp.pipe, with the CPU seconds of every process; French over EDS-NLP; growth with length; profiles over a network"
	@echo "make check     format, lint, types, import arrows, manifests, bill of materials"
	@echo "make bom       CycloneDX bill of materials of what ships: .cache/bom.cdx.json"
	@echo "make audit     known vulnerabilities of what ships; says 'not audited' where no source of advisories answers"
	@echo "make check-deploy  chart, rules, dashboards, image: fetches its own tools, proves that no panel is dead"
	@echo "make up        Kafka, worker, Prometheus and Grafana on this machine (needs Docker)"
	@echo "make deploy-files  write what is made of sources: dashboards, settings in the chart's schema"
	@echo "make pin-images  write the images' digests into the Dockerfile (needs Docker and a registry)"
	@echo "make chaos     fault runs on three brokers, MINUTES=10 SEED=1; each adds a line to the table of workers/DELIVERY.md"
	@echo "make check-cluster  the chart on a real control plane with KEDA and Kafka; builds it from Go modules once (half an hour)"
	@echo "make model     train the model of unlisted drug names, NOTES=notes.jsonl GOLD=gold.jsonl"
	@echo "make recogniser  train a recogniser of your own labels, NOTES=notes.jsonl GOLD=gold.jsonl"
	@echo "make lock      resolve the dependencies again"

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Anamnesis needs Python 3.11 or later; name one with: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: $(STAMP)

# The faults last, alone: deadlines of two seconds end good notes where four other processes have the cores.
test: install
	$(BIN)/python -m pytest --numprocesses 4 --ignore tests/stream/test_chaos.py
	$(BIN)/python -m pytest tests/stream/test_chaos.py

test-quick: install
	$(BIN)/python -m pytest --numprocesses 4 -m "not kafka and not deploy and not cluster"

bench: install
	$(BIN)/python -m tests.benchmarks.throughput
	$(BIN)/python -m tests.benchmarks.french_speed
	$(BIN)/python -m tests.benchmarks.growth fr
	$(BIN)/python -m tests.benchmarks.growth en
	$(BIN)/python -m tests.benchmarks.profile_speed

demo: install
	$(BIN)/anamnesis demo

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.stream.chaos.table --check
	$(BIN)/yamllint --strict --config-file deploy/.yamllint deploy
	$(BIN)/shellcheck .ci/run deploy/*.sh deploy/image/*.sh
	$(MAKE) --no-print-directory bom

bom: install
	@mkdir -p .cache
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --validate --of JSON --output-file .cache/bom.cdx.json 2>.cache/bom.log || { cat .cache/bom.log; exit 1; }

audit: install
	bash deploy/audit.sh

check-deploy: install
	bash deploy/tools.sh
	$(BIN)/python -m pytest -m "not cluster" tests/deploy

deploy-files: install
	$(BIN)/python -m deploy.grafana.build
	$(BIN)/python -m deploy.helm.settings_schema

up:
	docker compose -f deploy/compose.yaml up --build

pin-images: install
	$(BIN)/python deploy/image/pin.py

chaos: install
	$(BIN)/python -m tests.stream.chaos --minutes $(MINUTES) --seeds $(SEED); status=$$?; \
	$(BIN)/python -m tests.stream.chaos.table; exit $$status

chaos-table: install
	$(BIN)/python -m tests.stream.chaos.table

check-cluster: install
	bash deploy/tools.sh
	$(BIN)/python -m deploy.cluster.build
	$(BIN)/python -m pytest -m cluster tests/cluster

# NOTES: raw notes, GOLD: annotated notes, one JSON object a line: pipeline/training/README.md.
model: TASK = unlisted
recogniser: TASK = ner
model recogniser: install
	@test -n "$(NOTES)" -a -n "$(GOLD)" || { echo "make $@ NOTES=notes.jsonl GOLD=gold.jsonl: see pipeline/training/README.md" >&2; exit 2; }
	@for file in "$(NOTES)" "$(GOLD)"; do test -f "$$file" || { echo "make $@: there is no file $$file" >&2; exit 2; }; done
	mkdir -p build/training
	cp -r pipeline/training/project.yml pipeline/training/configs pipeline/training/functions.py build/training
	OMP_NUM_THREADS=2 $(BIN)/python -m spacy project run $(TASK) build/training --vars.notes $(abspath $(NOTES)) --vars.gold $(abspath $(GOLD)) $(OPTIONS)

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet pyproject.toml --output-file requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --extra tracing --constraint requirements.lock pyproject.toml --output-file requirements-tracing.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock
	echo hatchling | uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --constraint requirements-dev.lock - --output-file requirements-build.lock

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist
