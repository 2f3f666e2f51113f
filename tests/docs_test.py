"""What the pages say holds: links lead somewhere, ./dev commands exist, no page or case names a machine of ours."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = {"build", "node_modules", ".cache", ".git", "shared"}


def files(*suffixes):
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and not SKIPPED & set(path.relative_to(ROOT).parts) and (not suffixes or path.suffix in suffixes):
            yield path


def anchors(text):
    """The anchors of a page, as a forge makes them from its headings."""
    heads = re.findall(r"^#+ +(.+?) *$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


class Docs(unittest.TestCase):
    def test_links_lead_somewhere(self):
        broken = []
        for page in files(".md"):
            if "corpus" in page.relative_to(ROOT).parts:
                continue
            text = page.read_text(encoding="utf-8")
            for target in re.findall(r"\[[^\]\n]*\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                other = (page.parent / name).resolve() if name else page
                if not other.exists():
                    broken.append(f"{page.relative_to(ROOT)}: {target}")
                elif anchor and other.suffix == ".md" and anchor not in anchors(other.read_text(encoding="utf-8")):
                    broken.append(f"{page.relative_to(ROOT)}: {target}: no such heading")
        self.assertEqual(broken, [])

    def test_dev_commands_exist(self):
        known = set(re.findall(r"^  ([a-z][a-z0-9]*) ", subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True,
                                                                check=True).stdout, re.M))
        for page in files(".md"):
            for name in re.findall(r"\./dev ([a-z][a-z0-9]*)", page.read_text(encoding="utf-8")):
                self.assertIn(name, known, f"{page.relative_to(ROOT)} names ./dev {name}")

    def test_each_view_format_has_a_page(self):
        for folder in sorted(p for p in (ROOT / "src/compressors").iterdir() if p.is_dir()):
            page = ROOT / "docs/formats" / (folder.name.replace("_results", "") + ".md")
            self.assertTrue(page.exists(), f"{page.relative_to(ROOT)} is missing")

    def test_nothing_names_a_home_folder(self):
        home = re.compile(rb"/(?:home|Users)/(?!user\b)\w+|/root/\w+")
        found = []
        for path in files():
            if match := home.search(path.read_bytes()):
                found.append(f"{path.relative_to(ROOT)}: {match.group(0).decode(errors='replace')}")
        self.assertEqual(found, [])

    def test_lock_file_names_no_host(self):
        lock = ROOT / "package-lock.json"
        if lock.exists():
            self.assertNotIn('"resolved"', lock.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
