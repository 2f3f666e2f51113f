#!/usr/bin/env bash
# Brings the packages that the recorded sessions walk on to /srv/material, by name and version, through their ordinary clients.
set -eu
material=/srv/material
mkdir -p "$material/py" "$material/js" "$material/go" && cd "$material"
python3 -m venv venv
venv/bin/pip install -q 'pytest<9' ruff mypy flake8 pandas hypothesis freezegun simplejson pretend markupsafe pytz urllib3 idna certifi \
  charset-normalizer werkzeug blinker click cryptography trustme jinja2 itsdangerous \
  setuptools setuptools_scm wheel flit_core hatchling poetry_core hatch-vcs hatch-fancy-pypi-readme
for package in attrs==22.2.0 attrs==23.1.0 attrs==23.2.0 attrs==24.2.0 click==8.1.0 click==8.1.3 click==8.1.7 more-itertools==9.1.0 \
  more-itertools==10.1.0 more-itertools==10.2.0 packaging==22.0 packaging==23.0 packaging==23.2 h11==0.13.0 h11==0.14.0 \
  itsdangerous==2.1.2 itsdangerous==2.2.0 Jinja2==3.1.2 Jinja2==3.1.4 requests==2.31.0 requests==2.32.3 Flask==2.3.3 Flask==3.0.3 \
  marshmallow==3.20.1 marshmallow==3.21.3 pluggy==1.4.0 pluggy==1.5.0; do
  venv/bin/pip download -q --no-deps --no-binary :all: --no-build-isolation -d py "$package"
done
(cd js && npm init -y >/dev/null &&
  npm i --no-audit --no-fund express@4.19.2 eslint@8.57.0 typescript@5.4.5 commander@12.1.0 semver@7.6.2 lodash@4.17.21 mocha@10.4.0 \
    @types/node@20 @types/express@4 prettier@3.3.0)
(cd go && for module in github.com/gorilla/mux@v1.8.1 github.com/spf13/cobra@v1.8.0 github.com/go-chi/chi/v5@v5.0.12; do
  go mod download "$module"
done)
mkdir -p rs && cd rs && { [ -d fetch ] || cargo new -q fetch; } && cd fetch
cat >>Cargo.toml <<'TOML'
itertools = "=0.12.1"
heck = "=0.5.0"
semver = "=1.0.23"
smallvec = "=1.13.2"
serde_json = "=1.0.117"
serde = { version = "=1.0.203", features = ["derive"] }
log = "=0.4.21"
TOML
cargo vendor -q vendor
