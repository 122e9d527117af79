# Every target calls a script in tools/, which also says how it works.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test setup system lint sanity unit clients integration test-matrix docs guides molecule floors coverage bench torture mutants package clean

python := .venv/bin/python

demo: setup ## Show the main job end to end, with two emulated accounts and real images
	@$(python) tools/system_packages.py docker-registry skopeo
	@$(python) tools/demo.py

test: setup system ## Run every check: lint, docs, guides, sanity, unit, clients and integration
	@$(python) tools/test.py

lint: setup ## Formatting, types, YAML, Ansible and documentation
	@$(python) tools/test.py lint

sanity: setup ## ansible-test sanity
	@$(python) tools/test.py sanity

unit: setup ## Unit tests, with the coverage of plugins/
	@$(python) tools/test.py unit

clients: setup system ## The emulator against clients that nobody here wrote, in Python and JavaScript, and skopeo
	@$(python) tools/test.py clients

integration: setup system ## ansible-test integration against the emulator
	@$(python) tools/test.py integration

test-matrix: setup system ## Sanity, unit and integration on every ansible-core we support; CORE=2.18 PYTHON=3.13 for one
	@$(python) tools/matrix.py $(CORE) $(PYTHON)

docs: setup ## Build the docsite in .cache/docsite/html, and look for broken links
	@$(python) tools/test.py docs

guides: setup ## Run the commands of the guides, in order, against the emulator
	@$(python) tools/test.py guides

molecule: setup ## The scenario of Molecule against the emulator
	@$(python) tools/molecule.py

floors: setup system ## Unit tests and clients with the oldest Python packages that we declare
	@$(python) tools/floors.py

coverage: unit ## Unit tests, then a coverage report to browse in .cache/coverage
	@$(python) -m coverage html

bench: setup ## How fast it is, and beside what; ONLY=emulator,rules for some, RUNS=1 for a quick look
	@cd tests && ../$(python) -m benchmarks $(if $(ONLY),--only "$(ONLY)") $(if $(RUNS),--runs $(RUNS))

package: setup ## Build the archive for Galaxy from the last commit, and check it as those who publish it do
	@$(python) tools/package.py

torture: setup ## Break runs in every way we know and count what is lost; ONLY=faults,kills for some, SHARE=0.1 for a part
	@PYTHONPATH=.venv/collections:tests/emulator $(python) -m ansible_collections.registryops.alicloud.tests.torture \
		$(if $(ONLY),--only "$(ONLY)") $(if $(SHARE),--share $(SHARE)) $(if $(SEED),--seed $(SEED))

mutants: setup ## Change one thing at a time in the core's pure files and count what no test notices; ONLY=state for some files, SHARE=0.1 for a part
	@$(python) tools/mutants.py $(if $(ONLY),--only "$(ONLY)") $(if $(SHARE),--share $(SHARE)) $(if $(SEED),--seed $(SEED))

setup: ## Make .venv with the newest Python found and the newest ansible-core it runs
	@sh tools/any_python.sh tools/setup.py

system: setup ## Install the programs that the tests call
	@$(python) tools/system_packages.py

clean: ## Remove all that the targets above made here
	@rm -rf .venv .cache .ansible .hypothesis tests/output

help: ## Show this
	@sed -n 's/^\([a-z-]*\):.*## /make \1@/p' Makefile | tr '@' '\t' | expand -t 20
