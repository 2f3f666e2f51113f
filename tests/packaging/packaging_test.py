#!/usr/bin/env python3
"""packaging_test.py --binary PATH - the units, the container file and the manifests do what they say, as far as one machine can tell.

Units: systemd-analyze verifies them and rates their exposure. Manifests: read by a YAML parser, every key known, names and labels
lead to each other, and the proxy is started with their very arguments and answers their very probes. Container: its last stage holds all
that the binary needs (run in a folder of just those files, as that user). What a machine lacks is skipped by name.
"""
import argparse
import http.client
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = "build/test/headroom"
SANITIZED = bool(os.environ.get("HEADROOM_TEST_SANITIZED"))


class Units(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_units(self):
        with tempfile.TemporaryDirectory() as folder:
            for unit in (ROOT / "packaging/systemd").iterdir():
                text = unit.read_text().replace("/usr/bin/headroom", str(pathlib.Path(BINARY).resolve()))
                (pathlib.Path(folder) / unit.name).write_text(text)
            units = sorted(map(str, pathlib.Path(folder).iterdir()))
            verified = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((verified.returncode, verified.stdout + verified.stderr), (0, ""))
            rated = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=25",
                                    str(pathlib.Path(folder) / "headroom.service")], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(rated.returncode, 0, rated.stdout)


# Every key that the manifests use; what is misspelt is not here. Values: a type, a list of one row, or a table of keys (ANY: free names).
ANY = object()
LABELS = {ANY: str}
SELECTOR = {"matchLabels": LABELS}
PROBE = {"httpGet": {"path": str, "port": str, "httpHeaders": [{"name": str, "value": str}]}, "periodSeconds": int, "timeoutSeconds": int,
         "failureThreshold": int}
PORT = {"port": (int, str), "protocol": str}
POD = {
    "automountServiceAccountToken": bool, "enableServiceLinks": bool, "terminationGracePeriodSeconds": int,
    "securityContext": {"runAsNonRoot": bool, "runAsUser": int, "runAsGroup": int, "fsGroup": int, "seccompProfile": {"type": str}},
    "topologySpreadConstraints": [{"maxSkew": int, "topologyKey": str, "whenUnsatisfiable": str, "labelSelector": SELECTOR}],
    "containers": [{
        "name": str, "image": str, "args": [str],
        "env": [{"name": str, "value": str, "valueFrom": {"secretKeyRef": {"name": str, "key": str, "optional": bool}}}],
        "ports": [{"name": str, "containerPort": int}], "startupProbe": PROBE, "livenessProbe": PROBE, "readinessProbe": PROBE,
        "lifecycle": {"preStop": {"sleep": {"seconds": int}}},
        "resources": {"requests": {"cpu": str, "memory": str}, "limits": {"memory": str}},
        "securityContext": {"allowPrivilegeEscalation": bool, "readOnlyRootFilesystem": bool, "capabilities": {"drop": [str]}},
        "volumeMounts": [{"name": str, "mountPath": str}]}],
    "volumes": [{"name": str, "emptyDir": {"sizeLimit": str}}]}
META = {"name": str, "labels": LABELS}
KINDS = {
    ("apps/v1", "Deployment"): {
        "metadata": META, "spec": {"replicas": int, "selector": SELECTOR, "strategy": {"rollingUpdate": {"maxUnavailable": int, "maxSurge": int}},
                                   "template": {"metadata": {"labels": LABELS}, "spec": POD}}},
    ("v1", "Service"): {"metadata": META, "spec": {"selector": LABELS, "ports": [{"name": str, "port": int, "targetPort": str}]}},
    ("policy/v1", "PodDisruptionBudget"): {"metadata": META, "spec": {"minAvailable": int, "selector": SELECTOR}},
    ("networking.k8s.io/v1", "NetworkPolicy"): {
        "metadata": META, "spec": {
            "podSelector": SELECTOR, "policyTypes": [str], "ingress": [{"from": [{"podSelector": SELECTOR}], "ports": [PORT]}],
            "egress": [{"to": [{"namespaceSelector": LABELS, "podSelector": SELECTOR, "ipBlock": {"cidr": str, "except": [str]}}],
                        "ports": [PORT]}]}},
    ("kustomize.config.k8s.io/v1beta1", "Kustomization"): {"resources": [str]},
}


def misfits(value, shape, where):
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where}: no mapping"]
        return [m for k, v in value.items() for m in
                (misfits(v, shape.get(k, shape.get(ANY)), f"{where}.{k}") if k in shape or ANY in shape else [f"{where}.{k}: unknown"])]
    if isinstance(shape, list):
        if not isinstance(value, list) or not value:
            return [f"{where}: no list"]
        return [m for i, v in enumerate(value) for m in misfits(v, shape[0], f"{where}[{i}]")]
    good = isinstance(value, shape) and not (shape is int and isinstance(value, bool))
    return [] if good else [f"{where}: {value!r}"]


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = {}
        for file in sorted((ROOT / "packaging/kubernetes").glob("*.yaml")):
            documents = list(yaml.safe_load_all(file.read_text()))
            assert len(documents) == 1, file
            cls.all[file.name] = documents[0]
        cls.pod = cls.all["deployment.yaml"]["spec"]["template"]["spec"]
        cls.container = cls.pod["containers"][0]

    def test_every_key_is_known(self):
        for name, document in self.all.items():
            shape = {"apiVersion": str, "kind": str, **KINDS[document["apiVersion"], document["kind"]]}
            self.assertEqual(misfits(document, shape, name), [])
        self.assertEqual(sorted(self.all["kustomization.yaml"]["resources"]), sorted(set(self.all) - {"kustomization.yaml"}))

    def test_the_shape_itself_refuses(self):
        wrong = yaml.safe_load((ROOT / "packaging/kubernetes/service.yaml").read_text())
        wrong["spec"]["ports"][0]["targetport"] = "http"
        wrong["spec"]["selector"] = []
        self.assertEqual(len(misfits(wrong["spec"], KINDS["v1", "Service"]["spec"], "")), 2)

    def test_names_and_labels_meet(self):
        deployment = self.all["deployment.yaml"]["spec"]
        labels = deployment["template"]["metadata"]["labels"]
        for selector in (deployment["selector"]["matchLabels"], self.all["service.yaml"]["spec"]["selector"],
                         self.all["disruption-budget.yaml"]["spec"]["selector"]["matchLabels"],
                         self.all["network-policy.yaml"]["spec"]["podSelector"]["matchLabels"],
                         self.pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]):
            self.assertLessEqual(selector.items(), labels.items())
        ports = {p["name"] for p in self.container["ports"]}
        used = {self.all["service.yaml"]["spec"]["ports"][0]["targetPort"], self.all["network-policy.yaml"]["spec"]["ingress"][0]["ports"][0]["port"],
                *(self.container[p]["httpGet"]["port"] for p in ("startupProbe", "livenessProbe", "readinessProbe"))}
        self.assertEqual(used, ports)
        self.assertEqual({m["name"] for m in self.container["volumeMounts"]}, {v["name"] for v in self.pod["volumes"]})
        self.assertLess(self.all["disruption-budget.yaml"]["spec"]["minAvailable"], deployment["replicas"])

    def test_it_runs_with_little_and_ends_in_time(self):
        self.assertTrue(self.pod["securityContext"]["runAsNonRoot"])
        own = self.container["securityContext"]
        self.assertEqual((own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"], own["capabilities"]["drop"]), (False, True, ["ALL"]))
        self.assertFalse(self.pod["automountServiceAccountToken"])
        drain = int(re.search(r"--drain-seconds=(\d+)", " ".join(self.container["args"])).group(1))
        self.assertGreater(self.pod["terminationGracePeriodSeconds"], drain + self.container["lifecycle"]["preStop"]["sleep"]["seconds"])
        self.assertEqual(self.all["network-policy.yaml"]["spec"]["policyTypes"], ["Ingress", "Egress"])

    def test_the_proxy_takes_these_arguments_and_answers_these_probes(self):
        with tempfile.TemporaryDirectory() as home:
            secrets = {"token": "hrt_" + "a" * 64, "master-key": "0" * 64}
            given = {e["name"]: e.get("value") or secrets.get(e["valueFrom"]["secretKeyRef"]["key"], "") for e in self.container["env"]}
            given["HEADROOM_WORKSPACE_DIR"] = home + "/state"  # below a folder that is there, as in the pod
            words = [re.sub(r"^--port=.*", "--port=0", a) for a in self.container["args"]]
            p = subprocess.Popen([BINARY, *words], stderr=subprocess.PIPE, text=True, env={k: v for k, v in given.items() if v})
            try:
                port = int(re.search(r":(\d+)", p.stderr.readline()).group(1))
                threading.Thread(target=p.stderr.read, daemon=True).start()
                for name in ("startupProbe", "livenessProbe", "readinessProbe"):
                    get = self.container[name]["httpGet"]
                    for headers, expected in (({h["name"]: h["value"] for h in get["httpHeaders"]}, 200), ({"Host": "10.0.0.7:8787"}, 403)):
                        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                        connection.request("GET", get["path"], headers=headers)
                        self.assertEqual(connection.getresponse().status, expected, (name, headers))
                        connection.close()
                for token, expected in ((secrets["token"], 200), ("hrt_" + "b" * 64, 401)):
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                    connection.request("GET", "/stats", headers={"Host": "headroom:8787", "x-headroom-proxy-token": token})
                    self.assertEqual(connection.getresponse().status, expected)
                    connection.close()
                alive = [BINARY, "doctor", "--alive", "--host", "0.0.0.0", "--port"]
                environment = {"HEADROOM_WORKSPACE_DIR": home + "/other"}
                self.assertEqual(subprocess.run([*alive, str(port)], env=environment, timeout=20, check=False).returncode, 0)
            finally:
                p.send_signal(signal.SIGTERM)
                self.assertEqual(p.wait(timeout=30), 0)
                p.stderr.close()
            self.assertEqual(subprocess.run([*alive, str(port)], env=environment, timeout=20, check=False, capture_output=True).returncode, 2)


def instructions(text):
    """(instruction, rest) of a container file, continued lines joined"""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.M))
    return [line.split(None, 1) for line in joined.splitlines() if line.strip()]


class Container(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = instructions((ROOT / "packaging/container/Containerfile").read_text())
        last = max(i for i, (word, _) in enumerate(cls.rows) if word == "FROM")
        cls.last = cls.rows[last:]

    def of(self, word):
        return [rest.strip() for w, rest in self.last if w == word]

    def test_the_last_stage(self):
        self.assertEqual(self.of("FROM"), ["scratch"])
        self.assertEqual(self.of("USER"), ["65532:65532"])
        self.assertFalse(self.of("RUN"))  # there is no shell
        for word in ("ENTRYPOINT", "CMD"):
            self.assertTrue(self.of(word)[0].startswith("["))
        for name, rest in self.rows:
            self.assertNotEqual(name, "ADD")
            if name == "FROM":
                self.assertNotIn(":latest", rest)
        base = next(rest for word, rest in self.rows if word == "ARG")
        self.assertRegex(base, r"^BASE=\w+(:\d+\.\d+\S*|@sha256:[0-9a-f]{64})$")

    def test_what_it_runs_is_known(self):
        words = [w for rest in self.of("CMD") for w in yaml.safe_load(rest)]
        health = yaml.safe_load(re.sub(r"^.*CMD ", "", self.of("HEALTHCHECK")[0]))
        for command in (words, health[1:]):
            flags = [w for w in command if w.startswith("--")]
            shown = subprocess.run([BINARY, "help", command[0]], capture_output=True, text=True, timeout=20, check=True).stdout
            for flag in flags:
                self.assertRegex(shown, re.escape(flag) + r"\b")

    @unittest.skipIf(os.geteuid() != 0, "only root can enter a folder of files as another user")
    @unittest.skipIf(SANITIZED, "the binary is another one")
    def test_the_files_of_the_last_stage_are_all_it_needs(self):
        """as the build stage gathers them: the binary, what ldd names, names and certificates"""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for part in ("usr/bin", "etc", "var/lib/headroom", "proc"):
                (root / part).mkdir(parents=True)
            shutil.copy(BINARY, root / "usr/bin/headroom")
            libraries = re.findall(r"/\S+", subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout)
            self.assertLessEqual(len(libraries), 3, libraries)
            for library in libraries:
                to = root / library.lstrip("/")
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(os.path.realpath(library), to)
            (root / "etc/nsswitch.conf").write_text("hosts: files dns\n")
            root.chmod(0o755)
            os.chown(root / "var/lib/headroom", 65532, 65532)
            (root / "var/lib/headroom").chmod(0o700)
            environment = {"HEADROOM_WORKSPACE_DIR": "/var/lib/headroom", "HEADROOM_CONFIG_DIR": "/etc/headroom", "HEADROOM_LOG_FILE": "-",
                           "HEADROOM_PROXY_TOKEN": "hrt_" + "a" * 64}
            inside = [shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin"), "--userspec=65532:65532", folder, "/usr/bin/headroom"]
            shown = subprocess.run([*inside, "compress", "--quiet"], input=b"a text", env=environment, timeout=20, capture_output=True, check=False)
            self.assertEqual((shown.returncode, shown.stdout), (0, b"a text"))
            p = subprocess.Popen([*inside, "proxy", "--host", "0.0.0.0", "--port", "0"], stderr=subprocess.PIPE, text=True, env=environment)
            try:
                line = p.stderr.readline()
                port = re.search(r":(\d+)", line)
                self.assertTrue(port, line)
                threading.Thread(target=p.stderr.read, daemon=True).start()
                self.assertEqual(subprocess.run([*inside, "doctor", "--alive", "--host", "0.0.0.0", "--port", port.group(1)], env=environment,
                                                timeout=20, check=False).returncode, 0)
            finally:
                p.send_signal(signal.SIGTERM)
                self.assertEqual(p.wait(timeout=30), 0)
                p.stderr.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=BINARY)
    options, rest = parser.parse_known_args()
    BINARY = options.binary
    unittest.main(argv=[sys.argv[0], *rest])
