"""The hooks, under the real pre-commit, in real repositories; configured as docs/guides/pre-commit.md says."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from test_wheel import ROOT, VERSION, maturin

PAGE = (ROOT / "docs/guides/pre-commit.md").read_text()
# What it says to write into .pre-commit-config.yaml: the wheel, the repository, and two projects.
WHEEL, SOURCE, TWO_PROJECTS = re.findall(r"^```yaml\n# \.pre-commit-config\.yaml\n(.*?)^```", PAGE, re.M | re.S)

PROJECT = {
    "dbt_project.yml": "name: shop\nversion: 1.0.0\nprofile: shop\nmodel-paths: [models]\n",
    "dbt-steward.yml": "extends: minimal\nrules: {undocumented-model: error, unowned-model: 'off', untested-model: 'off'}\n",
    "models/legacy.sql": "select 1 as id\n",
    "models/orders.sql": "select 1 as id\n",
    "models/_models.yml": "models:\n  - name: orders\n    description: One row for each order.\n",
}

SANDBOX = tempfile.TemporaryDirectory()
HOME = pathlib.Path(SANDBOX.name)


def setUpModule():
    """Has the wheel at hand under the name that the page installs it by, and nothing of the tester's own git."""
    wheel = maturin("build", "--profile", "dev", "--locked")
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT_"))]:
        del os.environ[name]
    os.environ |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": str(wheel.parent),
        "PRE_COMMIT_COLOR": "never",
        "PRE_COMMIT_HOME": str(HOME / "pre-commit"),
    }
    for who in ["AUTHOR", "COMMITTER"]:
        os.environ |= {f"GIT_{who}_NAME": "Ann", f"GIT_{who}_EMAIL": "ann@example.com"}


def tearDownModule():
    SANDBOX.cleanup()


def output(*command, **options):
    """How a command ends, and all that it prints."""
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    return run.returncode, run.stdout


class Repository:
    """A git repository with a dbt project in it, all committed, and its hooks installed."""

    def __init__(self, config=WHEEL, files=PROJECT):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=HOME))
        self.git("init", "--quiet", "--initial-branch=main")
        self.write({".pre-commit-config.yaml": config} | files)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=first")
        self.run("pre-commit", "install", "--hook-type=pre-commit", "--hook-type=pre-merge-commit")

    def write(self, files):
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)

    def read(self, path):
        return (self.folder / path).read_text()

    def run(self, *command):
        return output(*command, cwd=self.folder)

    def git(self, *arguments):
        code, printed = self.run("git", *arguments)
        assert code == 0, printed
        return printed

    def stage(self, files):
        self.write(files)
        self.git("add", *files)

    def head(self):
        return self.git("rev-parse", "HEAD")


class Hook(unittest.TestCase):
    maxDiff = None

    def blocks(self, repository, *places, command=("git", "commit", "--message=next")):
        """The commit is not made, and of these places something is said, but of no other."""
        before = repository.head()
        code, printed = repository.run(*command)
        self.assertEqual(code, 1, printed)
        self.assertEqual(repository.head(), before)
        self.assertEqual(re.findall(r"╭─\[(.*)\]", printed), list(places), printed)
        return printed

    def passes(self, repository, command=("git", "commit", "--message=next")):
        code, printed = repository.run(*command)
        self.assertEqual(code, 0, printed)
        self.assertRegex(printed, r"dbt-steward\S*\.+Passed\n")

    def test_a_bad_commit_is_blocked_with_its_message_and_line(self):
        repository = Repository()
        entries = repository.read("models/_models.yml") + "  - name: refunds\n    columns: [{name: id}]\n"
        repository.stage({"models/refunds.sql": "select 2 as id\n", "models/_models.yml": entries})
        printed = self.blocks(repository, "models/_models.yml:4:11")
        self.assertIn("DOC001 undocumented-model", printed)
        self.assertIn("× model `refunds` has no description", printed)
        self.assertIn(" 4 │   - name: refunds\n", printed)

    def test_without_a_config_a_model_that_says_nothing_of_itself_is_blocked(self):
        files = {path: text for path, text in PROJECT.items() if path != "dbt-steward.yml"}
        mart = {"models/marts/fct_refunds.sql": "select * from {{ ref('orders') }}\n"}
        repository = Repository(files=files)
        repository.stage(mart)
        printed = self.blocks(repository, *["models/marts/fct_refunds.sql:1:1"] * 3)
        self.assertEqual(re.findall(r"(?m)^([A-Z]{3}\d{3}) ", printed), ["DOC001", "OWN001", "TST001"])
        self.assertNotIn("×", printed)
        # Whoever wants less says so.
        repository = Repository(files=files | {"dbt-steward.yml": "fail-on: error\n"})
        repository.stage(mart)
        self.passes(repository)

    def test_a_good_commit_passes_and_old_debt_is_not_its_business(self):
        repository = Repository()
        entries = repository.read("models/_models.yml") + "  - name: refunds\n    description: One row a refund.\n"
        repository.stage({"models/refunds.sql": "select 2 as id\n", "models/_models.yml": entries})
        self.passes(repository)
        self.assertEqual(repository.git("status", "--short"), "")

    def test_a_commit_about_something_else_passes(self):
        repository = Repository()
        repository.stage({"README.md": "Hello\n", "scripts/load.py": "print()\n", "notes.txt": "x\n"})
        self.passes(repository)

    def test_all_files_are_all_files(self):
        command = ("pre-commit", "run", "--all-files")
        repository = Repository()
        self.blocks(repository, "models/legacy.sql:1:1", command=command)
        # Whatever is staged at the time.
        repository.stage({"models/orders.sql": "select 3 as id\n"})
        self.blocks(repository, "models/legacy.sql:1:1", command=command)

    def test_files_by_name_count_as_a_whole(self):
        repository = Repository()
        files = ("models/orders.sql", "models/_models.yml")
        self.passes(repository, command=("pre-commit", "run", "--files", *files))
        command = ("pre-commit", "run", "--files", "models/legacy.sql", *files)
        self.blocks(repository, "models/legacy.sql:1:1", command=command)

    def test_more_files_than_a_command_takes_are_all_there_once(self):
        names = [f"models/{'long' * 25}_{number:04}.sql" for number in range(1500)]
        repository = Repository(files=PROJECT | {name: f"select {name[-8:-4]} as id\n" for name in names})
        places = [f"{name}:1:1" for name in sorted([*names, "models/legacy.sql"])]
        command = ("pre-commit", "run", "--all-files")
        code, printed = repository.run(*command)
        self.assertEqual(code, 1, printed[-2000:])
        self.assertEqual(sorted(re.findall(r"╭─\[(.*)\]", printed)), places)

    def test_what_is_staged_counts_and_what_is_not_stays(self):
        good = PROJECT["models/_models.yml"]
        bad = good.replace("One row for each order.", "''")
        repository = Repository()
        # Good in the index, bad in the editor.
        repository.stage({"models/_models.yml": good + "# checked\n"})
        repository.write({"models/_models.yml": bad})
        self.passes(repository)
        self.assertEqual(repository.read("models/_models.yml"), bad)
        # And the other way round.
        repository.stage({"models/_models.yml": bad})
        repository.write({"models/_models.yml": good})
        self.blocks(repository, "models/_models.yml:3:18")
        self.assertEqual(repository.read("models/_models.yml"), good)

    def test_files_that_the_commit_names_itself(self):
        repository = Repository()
        repository.write({"models/legacy.sql": "select 5 as id\n", "models/orders.sql": "select 6 as id\n"})
        self.passes(repository, command=("git", "commit", "--message=next", "models/orders.sql"))
        self.blocks(repository, "models/legacy.sql:1:1", command=("git", "commit", "--all", "--message=next"))

    def test_names_with_blanks(self):
        repository = Repository()
        entries = "models:\n  - name: refunds\n    columns: [{name: id}]\n"
        files = {"models/back office/refunds.sql": "select 2 as id\n", "models/back office/_all of them.yml": entries}
        repository.stage(files)
        self.blocks(repository, "models/back office/_all of them.yml:2:11")
        command = ("pre-commit", "run", "--files", *files, "models/orders.sql")
        self.blocks(repository, "models/back office/_all of them.yml:2:11", command=command)

    def test_a_deleted_yaml_file_is_missed(self):
        repository = Repository()
        repository.git("rm", "--quiet", "models/_models.yml")
        self.blocks(repository, "models/orders.sql:1:1")

    def test_a_merge_is_held_to_what_it_changes_itself(self):
        repository = Repository()
        repository.git("switch", "--quiet", "--create=branch")
        repository.stage({"models/refunds.sql": "select 2 as id\n"})
        repository.git("commit", "--quiet", "--no-verify", "--message=bad")
        repository.git("switch", "--quiet", "main")
        repository.stage({"README.md": "Hello\n"})
        self.passes(repository)
        repository.git("merge", "--quiet", "--no-ff", "--no-commit", "branch")
        repository.stage({"models/payments.sql": "select 3 as id\n"})
        self.blocks(repository, "models/payments.sql:1:1")
        repository.git("merge", "--abort")
        # What stands on a side is that side's, which had a commit of its own to be held up.
        self.passes(repository, command=("git", "merge", "--no-ff", "--message=merge", "branch"))

    def test_two_commits_are_compared(self):
        repository = Repository()
        first = repository.head().strip()
        repository.stage({"models/refunds.sql": "select 2 as id\n"})
        repository.git("commit", "--quiet", "--no-verify", "--message=bad")
        second = repository.head().strip()
        command = ("pre-commit", "run", "--from-ref", first, "--to-ref", "HEAD")
        self.blocks(repository, "models/refunds.sql:1:1", command=command)
        self.passes(repository, command=("pre-commit", "run", "--from-ref", second, "--to-ref", "HEAD"))

    def test_a_config_that_is_wrong_is_named(self):
        repository = Repository()
        repository.stage({"dbt-steward.yml": "rules:\n  undocumented-modle: error\n"})
        code, printed = repository.run("git", "commit", "--message=next")
        self.assertEqual(code, 1, printed)
        self.assertIn("- exit code: 2\n", printed)
        self.assertIn("dbt-steward.yml:2:3", printed)

    def test_a_project_in_a_subfolder(self):
        files = {f"transform/{path}": text for path, text in PROJECT.items()}
        repository = Repository(WHEEL + "        args: [transform]\n", files)
        repository.stage({"transform/models/refunds.sql": "select 2 as id\n", "README.md": "Hello\n"})
        self.blocks(repository, "transform/models/refunds.sql:1:1")
        command = ("pre-commit", "run", "--all-files")
        both = ["transform/models/legacy.sql:1:1", "transform/models/refunds.sql:1:1"]
        self.blocks(repository, *both, command=command)
        self.passes(repository, command=("pre-commit", "run", "--files", ".pre-commit-config.yaml"))

    def test_a_subfolder_that_is_not_named_is_asked_for(self):
        repository = Repository(files={f"transform/{path}": text for path, text in PROJECT.items()})
        repository.stage({"transform/models/refunds.sql": "select 2 as id\n"})
        printed = self.blocks(repository)
        self.assertIn("give its folder, transform", printed)


class FromSource(unittest.TestCase):
    """The hooks of the repository itself, which pre-commit builds."""

    @classmethod
    def setUpClass(cls):
        """A clone of what there is here, in the place of what is on GitHub, and of two minutes of compiling."""
        source = HOME / "source"
        list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
        wanted = ["src", "benches", "*.md", "LICENSE-*", "Cargo.*"]
        files = subprocess.check_output([*list_files, *wanted], cwd=ROOT)
        others = ["pyproject.toml", ".pre-commit-hooks.yaml"]
        for name in [*files.decode().split("\0")[:-1], *others]:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
        for arguments in [("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message=all"), ("tag", f"v{VERSION}")]:
            subprocess.run(["git", *arguments], cwd=source, check=True)
        os.environ |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{source.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/dbt-steward/dbt-steward",
            "MATURIN_PEP517_ARGS": "--profile dev --locked",
            "CARGO_TARGET_DIR": str(HOME / "target"),
        }
        target = ROOT / "target/debug"
        for folder in ["deps", "build", ".fingerprint"]:
            shutil.copytree(target / folder, HOME / "target/debug" / folder, copy_function=os.link, symlinks=True)

    blocks, passes = Hook.blocks, Hook.passes

    def test_two_projects_are_apart(self):
        files = {f"dbt/{name}/{path}": text for name in ["shop", "gym"] for path, text in PROJECT.items()}
        repository = Repository(TWO_PROJECTS, files)
        repository.stage({"dbt/gym/models/visits.sql": "select 2 as id\n"})
        printed = self.blocks(repository, "dbt/gym/models/visits.sql:1:1")
        self.assertRegex(printed, r"dbt-steward shop\.+Passed\ndbt-steward gym\.+Failed\n")

    def test_the_whole_project(self):
        repository = Repository(SOURCE.replace("id: dbt-steward", "id: dbt-steward-all"))
        repository.stage({"README.md": "Hello\n"})
        self.blocks(repository, "models/legacy.sql:1:1")

    def test_both_ways_to_configure_the_hook_are_the_same(self):
        ready_made = (ROOT / ".pre-commit-hooks.yaml").read_text().split("\n\n")[0]
        for line in WHEEL.split("    hooks:\n")[1].splitlines():
            line = line.strip()
            if not line.startswith("additional_dependencies"):
                self.assertIn(f"\n{line}\n", re.sub(r"(?m)^ +", "", ready_made))


if __name__ == "__main__":
    unittest.main()
