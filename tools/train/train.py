#!/usr/bin/env python3
"""train.py ROWS QUESTIONS OUT.inc - fits the trees of the sentence ranker to what features.cc wrote, and writes them as integers.

Gradient-boosted trees (LightGBM, lambdarank: LightGBM's own deterministic mode, one thread, seeded) over integer features. Thresholds are integers
because the features are; leaves are rounded to 1/1024, so that a score is a sum of integers. Prints how often the answer stands in the best 10, 20, 30 %
of a text's tokens by this order and by the extractive ranking's, on the part that was not learnt from.
"""
import argparse
import collections

import lightgbm
import numpy

SEED, TREES, LEAVES, LEAF_UNIT = 7, 160, 24, 1024
NAMES = """relevance own_relevance before_relevance after_relevance passage_relevance heading_relevance relevance_rank rank_in_section
section_best asked centrality facts quantity_fact negation_fact modal_fact name_fact defined_fact place_in_section section_size section_place
place units opens place_in_block is_item bytes words refers_back leads before_code behind_code digits capitals marks asks addresses_you""".split()


def load(path, questions):
    parts = [line.split("\t", 1)[0] for line in open(questions, encoding="utf-8")]
    rows = numpy.fromstring(open(path, encoding="utf-8").read(), dtype=numpy.int32, sep=" ").reshape(-1, 4 + len(NAMES))
    parts = numpy.array(parts)[rows[:, 0]]
    return rows, parts


def groups(rows):
    """Sizes of runs of one question, asked or not."""
    key = rows[:, 0].astype(numpy.int64) * 2 + rows[:, 1]
    ends = numpy.flatnonzero(numpy.diff(key)) + 1
    return numpy.diff(numpy.concatenate([[0], ends, [len(key)]]))


def extractive(rows):
    """What the extractive ranking makes of the same evidence (compressors/prose/scorer.cc)."""
    f = {name: rows[:, 4 + i].astype(float) for i, name in enumerate(NAMES)}
    facts = numpy.minimum(3, f["facts"]) * 1024 / 3
    place = numpy.where(f["place_in_section"] == 0, 1024, numpy.where(f["opens"] > 0, 614, 256))
    with_query = f["relevance"] * 60 + f["centrality"] * 18 + facts * 14 + place * 8
    without = f["centrality"] * 50 + facts * 25 + place * 25
    return numpy.where(f["asked"] > 0, with_query, without)


def held(rows, scores, share):
    """Share of the answers whose half or more stands in the best units of `share` of the tokens; by asked."""
    out, at = collections.defaultdict(list), 0
    for n in groups(rows):
        part, order = rows[at:at + n], numpy.argsort(-scores[at:at + n], kind="stable")
        at += n
        answer = part[:, 2].sum()
        if answer == 0:
            continue
        budget, spent, seen = part[:, 3].sum() * share, 0, 0
        for i in order:
            if spent + part[i, 3] > budget:
                continue
            spent += part[i, 3]
            seen += part[i, 2]
        out[int(part[0, 1])].append(2 * seen >= answer)
    return {k: sum(v) / len(v) for k, v in out.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows")
    parser.add_argument("questions")
    parser.add_argument("out")
    arguments = parser.parse_args()
    rows, parts = load(arguments.rows, arguments.questions)
    learnt = rows[numpy.char.startswith(parts, "train")]
    data = lightgbm.Dataset(learnt[:, 4:].astype(numpy.float32), learnt[:, 2], group=groups(learnt), feature_name=NAMES, free_raw_data=True)
    booster = lightgbm.train({"objective": "lambdarank", "num_leaves": LEAVES, "learning_rate": .08, "min_data_in_leaf": 60, "lambda_l2": 5,
                              "lambdarank_truncation_level": 30, "max_bin": 255, "deterministic": True, "force_row_wise": True, "num_threads": 1,
                              "seed": SEED, "verbosity": -1}, data, TREES)
    for name in sorted(set(parts)):
        part = rows[parts == name]
        scores = booster.predict(part[:, 4:].astype(numpy.float32), num_threads=1)
        for share in (.1, .2, .3):
            ours, theirs = held(part, scores, share), held(part, extractive(part), share)
            print(f"{name} {share:.0%}: asked {ours.get(1, 0):.3f} (extractive {theirs.get(1, 0):.3f}), not asked {ours.get(0, 0):.3f} ({theirs.get(0, 0):.3f})")
    importance = sorted(zip(booster.feature_importance("gain"), NAMES), reverse=True)
    print("gain:", ", ".join(f"{n} {g:.0f}" for g, n in importance[:12]))
    write(booster, arguments.out)


def write(booster, path):
    """Nodes of all trees in one table: feature, threshold, and what stands left (value <= threshold) and right: a node, or ~leaf."""
    nodes, roots, leaves = [], [], []
    for tree in booster.dump_model()["tree_info"]:
        def place(node):
            if "leaf_index" in node or "leaf_value" in node and "split_feature" not in node:
                leaves.append(round(node["leaf_value"] * LEAF_UNIT))
                return ~(len(leaves) - 1)
            at = len(nodes)
            nodes.append(None)
            threshold = int(numpy.floor(node["threshold"]))
            nodes[at] = (node["split_feature"], threshold, place(node["left_child"]), place(node["right_child"]))
            return at
        roots.append(place(tree["tree_structure"]))
    lines = ["// Made by tools/train/train.py; docs/models.md says from what.",
             "constexpr Node nodes[] = {"]
    cells = [f"{{{f}, {t}, {left}, {right}}}," for f, t, left, right in nodes]
    lines += ["    " + " ".join(cells[i:i + 5]) for i in range(0, len(cells), 5)] + ["};", "constexpr std::int16_t leaves[] = {"]
    lines += ["    " + " ".join(f"{v}," for v in leaves[i:i + 20]) for i in range(0, len(leaves), 20)] + ["};", "constexpr std::int16_t roots[] = {"]
    lines += ["    " + " ".join(f"{v}," for v in roots[i:i + 20]) for i in range(0, len(roots), 20)] + ["};"]
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    print(f"{len(roots)} trees, {len(nodes)} nodes, {len(leaves)} leaves")


if __name__ == "__main__":
    main()
