#!/usr/bin/env python3
"""ranker_test.py --features PATH - the trees that are compiled in, run by ONNX Runtime from the same weights.

The weights become a TreeEnsembleRegressor; texts are the corpus's, questions their headings. Each sum must be the one that our walk over the
trees gives: whole numbers, so all of them, though 99.9 % would do. A changed weight must be noticed.
"""
import argparse
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import numpy
import onnxruntime
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "src/compressors/prose/trained_trees.inc"


def table(name):
    text = re.search(name + r"\[\] = \{(.*?)\n\};", WEIGHTS.read_text(encoding="utf-8"), re.S).group(1)
    return [int(n) for n in re.findall(r"-?\d+", text)]


def ensemble(features):
    flat, leaves, roots = table("nodes"), table("leaves"), table("roots")
    nodes = [flat[i:i + 4] for i in range(0, len(flat), 4)]
    keys = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    out, targets = {k: [] for k in keys}, {"treeids": [], "nodeids": [], "ids": [], "weights": []}

    def add(tree, number, feature, value, mode, left, right):
        for key, field in zip(keys, (tree, number, feature, float(value), mode, left, right)):
            out[key].append(field)

    for tree, root in enumerate(roots):
        numbers, todo = {root: 0}, [root]
        while todo:
            at = todo.pop()
            if at < 0:
                add(tree, numbers[at], 0, 0, "LEAF", 0, 0)
                for key, field in zip(targets, (tree, numbers[at], 0, float(leaves[~at]))):
                    targets[key].append(field)
                continue
            feature, threshold, left, right = nodes[at]
            for child in (left, right):
                numbers[child] = len(numbers)
                todo.append(child)
            add(tree, numbers[at], feature, threshold, "BRANCH_LEQ", numbers[left], numbers[right])
    node = helper.make_node("TreeEnsembleRegressor", ["rows"], ["sums"], domain="ai.onnx.ml", n_targets=1,
                            **{"nodes_" + k: v for k, v in out.items()}, **{"target_" + k: v for k, v in targets.items()})
    graph = helper.make_graph([node], "ranker", [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", features])],
                              [helper.make_tensor_value_info("sums", TensorProto.FLOAT, ["n", 1])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)], ir_version=8)


class Ranker(unittest.TestCase):
    def test_sums_are_equal(self):
        with tempfile.TemporaryDirectory(prefix="headroom-ranker-") as folder:
            questions = []
            for n, path in enumerate(sorted((ROOT / "corpus/prose").glob("*/input"))):
                text = path.read_text(encoding="utf-8", errors="replace")
                (pathlib.Path(folder) / f"{n}.txt").write_text(text, encoding="utf-8")
                for head in re.findall(r"^#+ (.+)$", text, re.M)[:5] or ["How long are backups kept?"]:
                    questions.append(f"x\t{n}.txt\t{head}\tnothing")
            done = subprocess.run([FEATURES, folder, "sums"], input="\n".join(questions).encode() + b"\n", capture_output=True, check=True)
        rows = numpy.array([line.split() for line in done.stdout.decode().splitlines()], dtype=numpy.int64)
        self.assertGreater(len(rows), 1000)
        session = onnxruntime.InferenceSession(ensemble(rows.shape[1] - 5).SerializeToString(), providers=["CPUExecutionProvider"])
        theirs = session.run(None, {"rows": rows[:, 4:-1].astype(numpy.float32)})[0][:, 0]
        equal = int((theirs == rows[:, -1]).sum())
        print(f"sums: {equal} of {len(rows)} equal")
        self.assertGreaterEqual(equal, len(rows) * .999)
        self.assertGreater(len(set(rows[:, -1])), 100)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--features", default="build/test/tests/prose_features")
    known, rest = parser.parse_known_args()
    FEATURES = os.path.abspath(known.features)
    unittest.main(argv=[__file__, *rest])
