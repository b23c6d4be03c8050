"""Reports, read by what is not ours: the platforms' own libraries, as far as they publish any, and others' readers."""

import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import junitparser
from teamcity.messages import TeamcityServiceMessages

from test_wheel import ROOT

# Where readers.mjs finds what it needs; run.sh sets it where Node.js is.
MODULES = os.environ.get("NODE_MODULES")
FORMATS = ["ndjson", "github", "azure", "teamcity", "junit", "checkstyle"]

# What one format or another has a meaning for.
AWKWARD = "a%0A%25%AZP25|n'[0x41];x=1::y,z]\"<&>é漢"

SEVERAL_LINES = {
    "dbt_project.yml": "name: several_lines\n",
    "dbt-steward.yml": "rules: {description-pattern: {pattern: '^[A-Z]'}}\n",
    "models/orders.sql": "select 1 as id\n",
    "models/orders.yml": "models:\n  - name: orders\n    description: |\n      one row\n      for each order\n",
}

SANDBOX = tempfile.TemporaryDirectory()
HOME = pathlib.Path(SANDBOX.name)


def tearDownModule():
    SANDBOX.cleanup()


class Run:
    """All formats of one run."""

    def __init__(self, *arguments):
        folder = pathlib.Path(tempfile.mkdtemp(dir=HOME))
        formats = [f"--format={name}={folder / name}" for name in FORMATS]
        program = ROOT / "target/debug/dbt-steward"
        command = [program, "check", "--quiet", "--exit-zero", "--preset=strict", "--today=2026-01-01", *formats, *arguments]
        subprocess.run(command, cwd=HOME, check=True)
        self.texts = {name: (folder / name).read_text(encoding="utf-8") for name in FORMATS}
        self.findings = [json.loads(line) for line in self.texts["ndjson"].splitlines()]

    def read(self, name, text=None):
        """What readers.mjs makes of a report."""
        command = ["node", ROOT / "tests/packaging/readers.mjs", MODULES, name]
        return subprocess.run(command, input=text or self.texts[name], stdout=subprocess.PIPE, text=True, check=True).stdout


def advice(finding):
    return f"{finding['message']}\nhelp: {finding['help']}"


@unittest.skipUnless(MODULES, "no Node.js")
class Formats(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        subprocess.run(["cargo", "build", "--quiet", "--locked"], cwd=ROOT, check=True)
        shutil.copytree(ROOT / "fixtures/shop", HOME / "shop")
        # A path and names with all that formats take for their own.
        shutil.copytree(ROOT / "fixtures/no-exposures", HOME / AWKWARD.replace("<&>", "&"))
        manifest = (ROOT / "fixtures/shop/target/manifest.json").read_text(encoding="utf-8")
        (HOME / "names.json").write_text(manifest.replace("rpt_weekly_kpis", json.dumps(AWKWARD)[1:-1]), encoding="utf-8")
        for path, text in SEVERAL_LINES.items():
            (HOME / "several-lines" / path).parent.mkdir(parents=True, exist_ok=True)
            (HOME / "several-lines" / path).write_text(text)
        cls.runs = {
            "many": Run("shop"),
            "several lines": Run("several-lines"),
            "a path": Run(AWKWARD.replace("<&>", "&")),
            "names": Run("names.json"),
            "nothing": Run("names.json", "--select=DAG014"),
        }

    def test_the_runs_have_what_they_are_for(self):
        texts = {name: json.dumps(run.findings, ensure_ascii=False) for name, run in self.runs.items()}
        self.assertIn(json.dumps(AWKWARD, ensure_ascii=False)[1:-1], texts["names"])
        self.assertTrue(all(AWKWARD.replace("<&>", "&") in finding["path"] for finding in self.runs["a path"].findings))
        self.assertTrue(any(finding["line"] != finding["end_line"] for finding in self.runs["several lines"].findings))
        self.assertEqual(texts["nothing"], "[]")

    def test_github_s_own_library_writes_the_same_commands(self):
        kinds = {"error": "error", "warning": "warning", "info": "notice"}
        for run in self.runs.values():
            commands = run.texts["github"].splitlines()
            is_cut = bool(commands) and commands[-1].startswith("::notice title=dbt-steward::not shown here: ")
            if is_cut:
                commands.pop()
            wanted = []
            for severity, kind in kinds.items():
                of_kind = [finding for finding in run.findings if finding["severity"] == severity]
                for finding in of_kind[: 9 if kind == "notice" and is_cut else 10]:
                    properties = {"title": f"{finding['code']} {finding['slug']}", "file": finding["path"]}
                    if finding["line"]:
                        properties |= {"startLine": finding["line"], "endLine": finding["end_line"]}
                        if finding["line"] == finding["end_line"]:
                            properties |= {"startColumn": finding["column"], "endColumn": finding["end_column"]}
                    wanted.append({"kind": kind, "text": advice(finding), "properties": properties})
            written = run.read("github", "\n".join(map(json.dumps, wanted)) + "\n").splitlines()
            self.assertEqual([parts(command) for command in commands], [parts(command) for command in written])

    def test_microsoft_s_own_library_reads_azure_s_commands(self):
        for run in self.runs.values():
            rows = json.loads(run.read("azure"))
            self.assertEqual(len(rows), len(run.findings))
            for row, finding in zip(rows, run.findings):
                properties = {
                    "type": "error" if finding["severity"] == "error" else "warning",
                    "sourcepath": finding["path"],
                    "code": finding["code"],
                }
                if finding["line"]:
                    properties |= {"linenumber": str(finding["line"]), "columnnumber": str(finding["column"])}
                message = f"{finding['code']} {finding['slug']}: {advice(finding)}"
                self.assertEqual(row, {"command": "task.logissue", "properties": properties, "message": message})

    def test_jetbrains_own_library_writes_the_same_messages(self):
        for run in self.runs.values():
            lines = run.texts["teamcity"].splitlines()
            inspections = [line for line in lines if line.startswith("##teamcity[inspection ")]
            wanted = []
            for finding in run.findings:
                line = {"line": str(finding["line"])} if finding["line"] else {}
                attributes = {"typeId": finding["code"], "message": advice(finding), "file": finding["path"]} | line
                severity = {"info": "INFO"}.get(finding["severity"], finding["severity"].upper())
                wanted.append(written_by_jetbrains(attributes | {"SEVERITY": severity}))
            # Ours are ASCII, whatever TeamCity takes a log's encoding for.
            self.assertEqual([sorted_attributes(decoded(line)) for line in inspections], wanted)

    def test_junitparser_reads_junit(self):
        for run in self.runs.values():
            report = junitparser.JUnitXml.fromstring(run.texts["junit"].encode())
            cases = [case for suite in report for case in suite]
            failures = [(case, result) for case in cases for result in case.result if isinstance(result, junitparser.Failure)]
            self.assertEqual((report.tests, report.failures), (len(cases), len(failures)))
            self.assertEqual(report.skipped, sum(1 for case in cases if case.is_skipped))
            self.assertEqual(report.errors, 0)
            rows = [(case.classname, case._elem.get("file"), case._elem.get("line"), result.message) for case, result in failures]
            wanted = [
                (
                    f"{finding['code']} {finding['slug']}",
                    finding["path"],
                    str(finding["line"]) if finding["line"] else None,
                    finding["message"],
                )
                for finding in sorted(run.findings, key=lambda finding: finding["code"])
            ]
            self.assertEqual(rows, wanted)

    def test_a_plugin_for_danger_reads_checkstyle(self):
        for run in self.runs.values():
            rows = json.loads(run.read("checkstyle"))
            self.assertEqual(len(rows), len(run.findings))
            for row, finding in zip(rows, run.findings):
                wanted = {"file": finding["path"], "severity": finding["severity"], "message": advice(finding)}
                # What is no number is null in JSON.
                wanted |= {"line": finding["line"] or None, "column": finding["column"] or None}
                self.assertEqual(row, wanted)


def parts(command):
    """A workflow command in parts, its properties in order. What is escaped stays escaped."""
    _, head, data = command.split("::", 2)
    kind, properties = head.split(" ", 1)
    return kind, sorted(properties.split(",")), data


def written_by_jetbrains(attributes):
    out = io.BytesIO()
    TeamcityServiceMessages(output=out, encoding="utf-8").message("inspection", **attributes)
    return re.sub(r" timestamp='[^']*'", "", out.getvalue().decode()).rstrip("\n")


def decoded(line):
    """A message with its characters beyond ASCII as they are."""
    pairs = re.sub(r"\|0x([0-9A-F]{4})|\|(.)", lambda found: found[0] if found[2] else chr(int(found[1], 16)), line)
    return pairs.encode("utf-16", "surrogatepass").decode("utf-16")


def sorted_attributes(line):
    """A message with its attributes in the order in which JetBrains' library writes them; any other line as it is."""
    head = "##teamcity[inspection"
    attributes = re.findall(r" [A-Za-z]+='(?:[^'|]|\|.)*'", line)
    is_whole = line == head + "".join(attributes) + "]"
    return head + "".join(sorted(attributes)) + "]" if is_whole else line


if __name__ == "__main__":
    unittest.main()
