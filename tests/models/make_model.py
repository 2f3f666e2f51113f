"""A small model directory with kompress's interface, for tests: make_model.directory(path).

tokenizer.json is trained by the tokenizers package on sentences made here, with ModernBERT's settings: byte-level BPE, NFC, [CLS] and [SEP]
added, runs of blanks and a word of their own as added tokens. onnx/kompress-fp32.onnx embeds tokens, mixes each with its neighbours and
gives a sigmoid of their product with a vector; weights are seeded. Small, and no model of anything: what is tested is that we ask it
the same things and read the same answers as its own library does.
"""
import pathlib
import random

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

NOUNS = "backup server invoice customer pump valve region contract engine queue token proxy cache orbit naïve café Straße Ünlü Москва 東京".split()
VERBS = "keeps moves deletes couldn't doesn't they've replaces re-reads signs weighs measures opens closes".split()


def sentence(dice):
    words = [dice.choice(["The", "A", "Every", "No"]), dice.choice(NOUNS), dice.choice(VERBS), str(dice.randint(0, 99999)), dice.choice(NOUNS)]
    return " ".join(words) + dice.choice([".", "!", "?", " (see §4).", "…"])


def tokenizer():
    dice = random.Random(1)
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=900, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  special_tokens=["[UNK]", "[CLS]", "[SEP]", "[PAD]"])
    made.train_from_iterator((sentence(dice) for _ in range(4000)), trainer)
    made.add_special_tokens([AddedToken("[MASK]", lstrip=True)])
    made.add_tokens([AddedToken("  ", normalized=True), AddedToken("|||ADDRESS|||", normalized=True), AddedToken("proxycache", single_word=True)])
    cls, sep = made.token_to_id("[CLS]"), made.token_to_id("[SEP]")
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
    return made


def model(vocabulary, seed=1, width=16):
    numbers = numpy.random.default_rng(seed)

    def weights(name, *shape):
        return numpy_helper.from_array(numbers.normal(0, 1, shape).astype(numpy.float32), name)

    initial = [weights("embedding", vocabulary, width), weights("kernel", width, width, 5), weights("head", width, 1),
               numpy_helper.from_array(numpy.array([2], numpy.int64), "axis"), numpy_helper.from_array(numpy.array(0.25, numpy.float32), "scale")]
    nodes = [
        helper.make_node("Gather", ["embedding", "input_ids"], ["embedded"]),
        helper.make_node("Transpose", ["embedded"], ["across"], perm=[0, 2, 1]),
        helper.make_node("Conv", ["across", "kernel"], ["mixed"], pads=[2, 2]),
        helper.make_node("Tanh", ["mixed"], ["bent"]),
        helper.make_node("Transpose", ["bent"], ["along"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["along", "head"], ["product"]),
        helper.make_node("Squeeze", ["product", "axis"], ["flat"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["flat", "mask"], ["masked"]),
        helper.make_node("Mul", ["masked", "scale"], ["scaled"]),
        helper.make_node("Sigmoid", ["scaled"], ["final_scores"]),
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "seq"]) for name in ("input_ids", "attention_mask")]
    out = helper.make_tensor_value_info("final_scores", TensorProto.FLOAT, ["batch", "seq"])
    graph = helper.make_graph(nodes, "test", ports, [out], initial)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return made


def directory(path, seed=1):
    path = pathlib.Path(path)
    (path / "onnx").mkdir(parents=True, exist_ok=True)
    made = tokenizer()
    made.save(str(path / "tokenizer.json"))
    onnx.save(model(made.get_vocab_size(), seed), str(path / "onnx/kompress-fp32.onnx"))
    return made
