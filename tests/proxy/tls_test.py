#!/usr/bin/env python3
"""tls_test.py --binary build/release/headroom: the TLS listener as testssl.sh (Debian's and Ubuntu's package) judges it.

Every finding must be at most a remark. What the test's own certificate is blamed for does not count: it is signed by itself and has
no list of revocations. HSTS does not either: a page of another service on this machine would be forced to TLS by it. Takes two and a
half minutes, so it runs with ./dev check.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import fixture
from fixture import Proxy

OF_THE_CERTIFICATE = {"cert_chain_of_trust", "cert_revocation", "cert_expirationStatus", "cert_notAfter"}
NOT_FOR_LOOPBACK = {"HSTS"}
FINE = {"OK", "INFO"}
# One of each part of a whole run: without them it ended early.
EXPECTED = {"SSLv2", "TLS1_3", "cipherlist_NULL", "PFS", "cert_commonName", "heartbleed", "ROBOT", "LUCKY13", "RC4"}


class Listener(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def findings_of(self, key):
        certificate, secret, out = self.home / "cert.pem", self.home / "key.pem", self.home / "out.json"
        subprocess.run(["openssl", "req", "-x509", "-newkey", *key, "-nodes", "-keyout", secret, "-out", certificate, "-days", "90",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-addext", "extendedKeyUsage=serverAuth"], check=True, capture_output=True)
        with Proxy("http://127.0.0.1:9", "--tls-cert", str(certificate), "--tls-key", str(secret)) as proxy:
            run = subprocess.run(["testssl", "--ip=127.0.0.1", "--nodns=min", "--warnings=off", "--quiet", "--color=0", "--jsonfile", out,
                                  f"localhost:{proxy.port}"], capture_output=True, text=True, timeout=580, check=False)
        self.assertTrue(out.exists(), run.stdout[-2000:] + run.stderr[-2000:])
        return {f["id"]: f for f in json.loads(out.read_text())}

    def test_of_an_rsa_key(self):
        self.judge(("rsa:2048",))

    def test_of_an_elliptic_key(self):
        self.judge(("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"))

    def judge(self, key):
        found = self.findings_of(key)
        names = {re.sub(" .*", "", name) for name in found}
        self.assertEqual(EXPECTED - names, set(), "testssl did not come to its end")
        bad = {name: f["severity"] + ": " + f["finding"] for name, f in found.items()
               if f["severity"] not in FINE and name not in OF_THE_CERTIFICATE | NOT_FOR_LOOPBACK}
        self.assertEqual(bad, {})
        print(f"testssl, {key[0]}: {len(found)} findings, none above a remark", file=sys.stderr)


if __name__ == "__main__":
    fixture.main()
