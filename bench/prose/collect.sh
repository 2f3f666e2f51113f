#!/usr/bin/env bash
# collect.sh FOLDER - the documents that bench/prose and bench/html measure on: documentation packages of Debian, unpacked under
# FOLDER (about 250 MB). Nothing is installed. For measuring only: none of the texts is part of this repository.
set -euo pipefail
mkdir -p "$1"
cd "$1"
apt-get download perl-doc python3.11-doc python-django-doc python-flask-doc python-requests-doc python-sqlalchemy-doc git-doc \
  apache2-doc nginx-doc sqlite3-doc postgresql-doc-15
for package in *.deb; do dpkg -x "$package" .; done
