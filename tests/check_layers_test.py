"""The layer check finds what it is there to find, and nothing in a clean tree."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
import check_layers  # noqa: E402


class CheckLayers(unittest.TestCase):
    def found(self, name, text):
        """What is found in a tree that holds this one file."""
        with tempfile.TemporaryDirectory() as root:
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True)
            path.write_text(text)
            return [what for _, _, what in check_layers.check(pathlib.Path(root))]

    def test_clean(self):
        self.assertEqual(self.found("src/json/a.cc", '#include <string>\n\n#include "base/utf8.h"\n#include "json/a.h"\n'), [])

    def test_upward_include(self):
        self.assertEqual(self.found("src/base/a.cc", '#include "json/document.h"\n'),
                         ["base may not include json: it is above it"])

    def test_forbidden_pair(self):
        self.assertEqual(self.found("src/store/a.cc", '#include "compressors/compressor.h"\n'),
                         ["store may not include compressors"])

    def test_third_party_door(self):
        self.assertEqual(self.found("src/api/a.cc", "#include <sqlite3.h>\n"), ["sqlite3.h belongs to store"])
        self.assertEqual(self.found("src/store/a.cc", "#include <sqlite3.h>\n"), [])

    def test_test_headers_in_tests_only(self):
        self.assertEqual(self.found("src/json/a_test.cc", "#include <gtest/gtest.h>\n"), [])
        self.assertEqual(self.found("src/json/a.cc", "#include <gtest/gtest.h>\n"), ["gtest/gtest.h is for tests only"])

    def test_words(self):
        self.assertEqual(len(self.found("src/api/a.cc", 'auto* v = std::getenv("HOME");\n')), 1)
        self.assertEqual(self.found("src/cli/a.cc", 'auto* v = std::getenv("HOME");\n'), [])
        self.assertEqual(len(self.found("src/search/a.cc", "auto t = std::chrono::steady_clock::now();\n")), 1)

    def test_words_in_comments_and_strings_are_not_code(self):
        self.assertEqual(self.found("src/detect/a.cc", '// printf("x")\nconst char* s = "getenv(";\nint n = 1\'000;\n'), [])

    def test_unknown_folder(self):
        self.assertEqual(len(self.found("src/misc/a.cc", "\n")), 1)

    def test_header_guard(self):
        self.assertEqual(self.found("src/json/a.h", "int a();\n"), ["no #pragma once"])


if __name__ == "__main__":
    unittest.main()
