"""The wheel and the source distribution: what is in them, and that the program in them runs."""

import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).parents[2]
VERSION = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M)[1]


def maturin(*arguments):
    """Builds what the arguments say into a temporary folder; the one file that comes out."""
    out = tempfile.mkdtemp()
    subprocess.run(["maturin", *arguments, "--out", out], cwd=ROOT, check=True, capture_output=True)
    (file,) = pathlib.Path(out).iterdir()
    return file


class Wheel(unittest.TestCase):
    # The profile makes no difference to what is in it, but minutes to how long it takes.
    file = property(lambda self: maturin("build", "--profile", "dev", "--locked"))

    def test_the_program_is_there_and_runs(self):
        wheel = self.file
        self.assertEqual(wheel.name.split("-")[:4], ["dbt_steward", VERSION, "py3", "none"])
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            pip = [f"{folder}/bin/pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", str(wheel)]
            subprocess.run(pip, check=True)
            printed = subprocess.run([f"{folder}/bin/dbt-steward", "--version"], check=True, capture_output=True)
            self.assertEqual(printed.stdout.decode(), f"dbt-steward {VERSION}\n")
        names = zipfile.ZipFile(wheel).namelist()
        info, data = f"dbt_steward-{VERSION}.dist-info/", f"dbt_steward-{VERSION}.data/"
        self.assertEqual([name for name in names if not name.startswith(info)], [f"{data}scripts/dbt-steward"])


class SourceDistribution(unittest.TestCase):
    def test_only_what_is_needed_to_build_is_there(self):
        with tarfile.open(maturin("sdist")) as archive:
            names = [name.split("/", 1)[1] for name in archive.getnames()]
            metadata = archive.extractfile(f"dbt_steward-{VERSION}/PKG-INFO").read().decode()
        # Sources, and the page's style and script.
        outside = sorted(name for name in names if not re.fullmatch(r"src/.*\.(rs|css|js)", name))
        wanted = "CHANGELOG.md Cargo.lock Cargo.toml LICENSE-APACHE LICENSE-MIT PKG-INFO README.md pyproject.toml"
        self.assertEqual(outside, wanted.split())
        self.assertIn("src/main.rs", names)
        # As Cargo.toml has it, and said nowhere else.
        for line in [f"Version: {VERSION}", "License: MIT OR Apache-2.0", "Summary: A governance linter for dbt projects"]:
            self.assertIn(f"\n{line}", metadata)


if __name__ == "__main__":
    unittest.main()
