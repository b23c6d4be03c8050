//! Each format is read back, by a parser that is not ours or by the rules that its platform documents, and has the same
//! findings as the JSON output.

use dbt_steward::report::printable;
use percent_encoding::percent_decode_str;
use regex::Regex;
use serde_json::Value;

use super::{Case, cases};

/// What all formats tell of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    code: String,
    path: String,
    line: Option<u64>,
    text: String,
}

/// The findings of the JSON output, with the words and the path as the format shows them.
fn wanted(case: &Case, words: impl Fn(&Value) -> String, path: impl Fn(&str) -> String) -> Vec<Row> {
    let json = case.json();
    let findings = json["findings"].as_array().unwrap().iter();
    let row = |finding: &Value| Row {
        code: finding["code"].as_str().unwrap().to_owned(),
        path: path(finding["path"].as_str().unwrap()),
        line: finding["line"].as_u64(),
        text: words(finding),
    };
    findings.map(row).collect()
}

/// Message and help in two lines.
fn advice(finding: &Value) -> String {
    format!("{}\nhelp: {}", text(&finding["message"]), text(&finding["help"]))
}

fn text(value: &Value) -> String {
    printable(value.as_str().unwrap()).into_owned()
}

fn shown(path: &str) -> String {
    printable(path).into_owned()
}

fn in_xml(text: &str) -> String {
    printable(text).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}

#[test]
fn ndjson_is_the_list_of_findings_of_json() {
    for case in cases() {
        let output = case.output("ndjson");
        let lines: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(Value::from(lines), case.json()["findings"], "{}", case.name);
    }
}

#[test]
fn csv_has_the_fields_of_json() {
    for case in cases() {
        let output = case.output("csv");
        assert_eq!(output.matches('\n').count(), output.matches("\r\n").count(), "{}", case.name);
        let mut reader = csv::Reader::from_reader(output.as_bytes());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        let json = case.json();
        let findings = json["findings"].as_array().unwrap();
        assert_eq!(records.len(), findings.len(), "{}", case.name);
        for (record, finding) in records.iter().zip(findings) {
            for (name, value) in names.iter().zip(record) {
                let wanted = match &finding[name] {
                    Value::Null => String::new(),
                    Value::String(words) => printable(words).into_owned(),
                    Value::Array(lines) => {
                        shown(&lines.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("; "))
                    }
                    number => number.to_string(),
                };
                let wanted = if wanted.starts_with(['=', '+', '-', '@']) { format!("'{wanted}") } else { wanted };
                assert_eq!(value, wanted, "{}: {name}", case.name);
            }
        }
    }
}

#[test]
fn sarif_has_the_findings_of_json() {
    // Links and placeholders of §3.11 of the standard.
    let placeholder = Regex::new(r"\{([0-9]+)\}").unwrap();
    let literal =
        |finding: &Value| placeholder.replace_all(&advice(finding).replace("](", "] ("), "{{$1}}").into_owned();
    for case in cases() {
        let log: Value = serde_json::from_str(case.output("sarif")).unwrap();
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let row = |result: &Value| {
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            Row {
                code: result["ruleId"].as_str().unwrap().to_owned(),
                path: percent_decode_str(uri).decode_utf8().unwrap().into_owned(),
                line: place["region"]["startLine"].as_u64(),
                text: result["message"]["text"].as_str().unwrap().to_owned(),
            }
        };
        let rows: Vec<Row> = run["results"].as_array().unwrap().iter().map(row).collect();
        assert_eq!(rows, wanted(&case, literal, str::to_owned), "{}", case.name);
        let json = case.json();
        for (result, finding) in run["results"].as_array().unwrap().iter().zip(json["findings"].as_array().unwrap()) {
            assert_eq!(result["partialFingerprints"]["dbtSteward/v1"], finding["fingerprint"]);
            let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
            assert_eq!(related, finding["related"].as_array().unwrap().len());
        }
        let asked: Vec<&Value> =
            json["summary"]["rules"].as_array().unwrap().iter().map(|rule| &rule["code"]).collect();
        assert_eq!(rules.iter().map(|rule| &rule["id"]).collect::<Vec<_>>(), asked, "{}", case.name);
    }
}

/// <https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>: `::name key=value,…::data`.
#[test]
fn github_has_the_gravest_findings_of_json() {
    let command = Regex::new("^::(error|warning|notice) ([^:]*)::(.*)$").unwrap();
    let unescaped = |text: &str| {
        let property = text.replace("%3A", ":").replace("%2C", ",");
        property.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    };
    for case in cases() {
        let all = wanted(&case, advice, shown);
        let mut rows = Vec::new();
        let mut names = Vec::new();
        let mut closing = None;
        for line in case.output("github").lines() {
            let found = command.captures(line).unwrap_or_else(|| panic!("{}: {line}", case.name));
            let property = |name: &str| {
                let pair = found[2].split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                pair.map(unescaped)
            };
            names.push(found[1].to_owned());
            match property("file") {
                Some(path) => rows.push(Row {
                    code: property("title").unwrap().split(' ').next().unwrap().to_owned(),
                    path,
                    line: property("line").map(|line| line.parse().unwrap()),
                    text: unescaped(&found[3]),
                }),
                None => closing = Some(found[3].to_owned()),
            }
        }
        let order = |name: &String| ["error", "warning", "notice"].iter().position(|known| known == name);
        assert!(names.is_sorted_by_key(order), "{}: {names:?}", case.name);
        assert!(rows.iter().all(|row| all.contains(row)), "{}", case.name);
        for name in ["error", "warning", "notice"] {
            assert!(names.iter().filter(|known| *known == name).count() <= 10, "{}", case.name);
        }
        let summary = &case.json()["summary"]["findings"];
        let count: u64 = ["error", "warning", "info"].iter().map(|name| summary[name].as_u64().unwrap()).sum();
        let told: u64 = closing.map_or(0, |words| {
            let numbers =
                words.split(", because").next().unwrap().split(' ').filter_map(|word| word.parse::<u64>().ok());
            numbers.sum()
        });
        assert_eq!(rows.len() as u64 + told, count, "{}", case.name);
    }
}

#[test]
fn gitlab_has_the_findings_of_json() {
    let words = |finding: &Value| {
        let code = finding["code"].as_str().unwrap();
        format!("{code}: {}; help: {}", text(&finding["message"]), text(&finding["help"]))
    };
    for case in cases() {
        let report: Value = serde_json::from_str(case.output("gitlab")).unwrap();
        let row = |violation: &Value| Row {
            code: violation["check_name"].as_str().unwrap().split(' ').next().unwrap().to_owned(),
            path: violation["location"]["path"].as_str().unwrap().to_owned(),
            line: violation["location"]["lines"]["begin"].as_u64(),
            text: violation["description"].as_str().unwrap().to_owned(),
        };
        let rows: Vec<Row> = report.as_array().unwrap().iter().map(row).collect();
        let mut wanted = wanted(&case, words, str::to_owned);
        wanted.iter_mut().for_each(|row| row.line = row.line.or(Some(1)));
        assert_eq!(rows, wanted, "{}", case.name);
    }
}

/// As `commandFromString` in <https://github.com/microsoft/azure-pipelines-task-lib/blob/master/node/taskcommand.ts>,
/// with the percent sign of <https://github.com/microsoft/azure-pipelines-agent/blob/master/docs/design/percentEncoding.md>.
#[test]
fn azure_has_the_findings_of_json() {
    let command = Regex::new(r"^##vso\[task\.logissue ([^\]]*)\](.*)$").unwrap();
    let unescaped = |text: &str| {
        let property = text.replace("%3B", ";").replace("%5D", "]");
        property.replace("%0D", "\r").replace("%0A", "\n").replace("%AZP25", "%")
    };
    let words = |finding: &Value| {
        format!("{} {}: {}", finding["code"].as_str().unwrap(), finding["slug"].as_str().unwrap(), advice(finding))
    };
    for case in cases() {
        let output = case.output("azure");
        let mut rows = Vec::new();
        for line in output.lines() {
            let found = command.captures(line).unwrap_or_else(|| panic!("{}: {line}", case.name));
            let property = |name: &str| {
                let pair = found[1].split(';').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                pair.map(unescaped)
            };
            assert!(["error", "warning"].contains(&property("type").unwrap().as_str()));
            let Some(path) = property("sourcepath") else {
                assert!(found[2].ends_with("--max-findings shows more of them"), "{line}");
                continue;
            };
            rows.push(Row {
                code: property("code").unwrap(),
                path,
                line: property("linenumber").map(|line| line.parse().unwrap()),
                text: unescaped(&found[2]),
            });
        }
        assert_eq!(rows, wanted(&case, words, shown), "{}", case.name);
    }
}

/// The grammar and the escapes of <https://www.jetbrains.com/help/teamcity/service-messages.html>.
#[test]
fn teamcity_has_the_findings_of_json() {
    let message = Regex::new(r"^##teamcity\[([A-Za-z]+)((?: [A-Za-z]+='(?:[^|'\[\]\n]|\|.)*')*)\]$").unwrap();
    let attribute = Regex::new(r" ([A-Za-z]+)='((?:[^|']|\|.)*)'").unwrap();
    for case in cases() {
        let output = case.output("teamcity");
        assert!(output.is_ascii(), "{}", case.name);
        let (mut rows, mut types) = (Vec::new(), Vec::new());
        for line in output.lines() {
            let found = message.captures(line).unwrap_or_else(|| panic!("{}: {line}", case.name));
            let attributes: Vec<_> = attribute.captures_iter(&found[2]).collect();
            let value =
                |name: &str| attributes.iter().find(|pair| &pair[1] == name).map(|pair| from_teamcity(&pair[2]));
            match &found[1] {
                "inspectionType" => types.push(value("id").unwrap()),
                "inspection" => {
                    let code = value("typeId").unwrap();
                    assert!(types.contains(&code), "{line}");
                    assert!(["ERROR", "WARNING", "INFO"].contains(&value("SEVERITY").unwrap().as_str()));
                    rows.push(Row {
                        code,
                        path: value("file").unwrap(),
                        line: value("line").map(|line| line.parse().unwrap()),
                        text: value("message").unwrap(),
                    });
                }
                name => assert_eq!(name, "message"),
            }
        }
        assert_eq!(rows, wanted(&case, advice, shown), "{}", case.name);
    }
}

fn from_teamcity(value: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = value;
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        rest = match (character, behind.chars().next()) {
            ('|', Some('n')) => {
                units.push(u16::from(b'\n'));
                &behind[1..]
            }
            ('|', Some('0')) => {
                units.push(u16::from_str_radix(&behind[2..6], 16).unwrap());
                &behind[6..]
            }
            ('|', Some(_)) => {
                units.push(u16::from(behind.as_bytes()[0]));
                &behind[1..]
            }
            _ => {
                units.extend(character.encode_utf16(&mut [0; 2]).iter());
                behind
            }
        };
    }
    String::from_utf16(&units).unwrap()
}

#[test]
fn junit_has_the_findings_of_json() {
    for case in cases() {
        let output = case.output("junit");
        let document = roxmltree::Document::parse(output).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let failures: Vec<_> = document.descendants().filter(|node| node.has_tag_name("failure")).collect();
        let json = case.json();
        let rules = json["summary"]["rules"].as_array().unwrap();
        let mut rows = Vec::new();
        for failure in failures {
            let test = failure.parent().unwrap();
            let Some(path) = test.attribute("file") else { continue };
            rows.push(Row {
                code: test.attribute("classname").unwrap().split(' ').next().unwrap().to_owned(),
                path: path.to_owned(),
                line: test.attribute("line").map(|line| line.parse().unwrap()),
                text: failure.attribute("message").unwrap().to_owned(),
            });
        }
        let mut wanted = wanted(&case, |finding| in_xml(finding["message"].as_str().unwrap()), in_xml);
        // Suites are in the order of codes.
        wanted.sort_by(|one, other| one.code.cmp(&other.code));
        assert_eq!(rows, wanted, "{}", case.name);
        let count = |name: &str| document.root_element().attribute(name).unwrap().parse::<usize>().unwrap();
        let cases_of = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
        assert_eq!(count("failures"), cases_of("failure"), "{}", case.name);
        let suppressed = json["suppressed"].as_array().unwrap().len();
        let did_not_run = rules.iter().filter(|rule| !rule["skipped"].is_null()).count();
        assert_eq!(count("skipped"), did_not_run + suppressed, "{}", case.name);
        assert_eq!(count("tests"), cases_of("testcase"), "{}", case.name);
        let clean = rules.iter().filter(|rule| rule["skipped"].is_null() && rule["findings"] == 0).count();
        assert_eq!(count("tests") - count("failures") - count("skipped"), clean, "{}", case.name);
    }
}

/// What <https://github.com/checkstyle/checkstyle/blob/master/config/checkstyle-report-1.0.0.xsd> says, element by element.
#[test]
fn checkstyle_has_the_findings_of_json() {
    for case in cases() {
        let output = case.output("checkstyle");
        let document = roxmltree::Document::parse(output).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let root = document.root_element();
        assert!(root.has_tag_name("checkstyle") && root.attributes().all(|attribute| attribute.name() == "version"));
        let mut rows = Vec::new();
        for file in root.children().filter(roxmltree::Node::is_element) {
            assert!(file.has_tag_name("file") && file.attributes().all(|attribute| attribute.name() == "name"));
            for error in file.children().filter(roxmltree::Node::is_element) {
                let known = ["column", "line", "message", "severity", "source"];
                assert!(error.has_tag_name("error") && error.attributes().all(|it| known.contains(&it.name())));
                assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
                let positive = |name: &str| error.attribute(name).map(|number| number.parse::<u64>().unwrap());
                assert!([positive("line"), positive("column")].iter().flatten().all(|number| *number > 0));
                rows.push(Row {
                    code: error.attribute("source").unwrap().strip_prefix("dbt-steward.").unwrap().to_owned(),
                    path: file.attribute("name").unwrap().to_owned(),
                    line: positive("line"),
                    text: error.attribute("message").unwrap().to_owned(),
                });
            }
        }
        let words = |finding: &Value| {
            let [message, help] = ["message", "help"].map(|name| in_xml(finding[name].as_str().unwrap()));
            format!("{message}\nhelp: {help}")
        };
        assert_eq!(rows, wanted(&case, words, in_xml), "{}", case.name);
    }
}

#[test]
fn rdjsonl_has_the_findings_of_json() {
    for case in cases() {
        let row = |line: &str| {
            let diagnostic: Value = serde_json::from_str(line).unwrap();
            Row {
                code: diagnostic["code"]["value"].as_str().unwrap().to_owned(),
                path: diagnostic["location"]["path"].as_str().unwrap().to_owned(),
                line: diagnostic["location"]["range"]["start"]["line"].as_u64(),
                text: diagnostic["message"].as_str().unwrap().to_owned(),
            }
        };
        let rows: Vec<Row> = case.output("rdjsonl").lines().map(row).collect();
        assert_eq!(rows, wanted(&case, advice, str::to_owned), "{}", case.name);
    }
}

/// The stretch of the file is the same, whether cut out by SARIF's code points or by reviewdog's bytes.
#[test]
fn columns_are_in_the_units_of_the_format() {
    let case = cases().into_iter().find(|case| case.name == "spans").unwrap();
    let log: Value = serde_json::from_str(case.output("sarif")).unwrap();
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    let diagnostics = case.output("rdjsonl");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut beyond_ascii = 0;
    for (result, diagnostic) in results.iter().zip(diagnostics.lines()) {
        let diagnostic: Value = serde_json::from_str(diagnostic).unwrap();
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let range = &diagnostic["location"]["range"];
        let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        if region["startLine"] != region["endLine"] {
            continue;
        }
        let text = case.desk.read(diagnostic["location"]["path"].as_str().unwrap());
        let text = text.trim_start_matches('\u{feff}');
        let line = text.lines().nth(number(&region["startLine"]) - 1).unwrap();
        let (start, end) = (number(&region["startColumn"]) - 1, number(&region["endColumn"]) - 1);
        let by_characters: String = line.chars().skip(start).take(end - start).collect();
        let (start, end) = (number(&range["start"]["column"]) - 1, number(&range["end"]["column"]) - 1);
        assert_eq!(by_characters, line[start..end], "{diagnostic}");
        assert!(!by_characters.is_empty() || start == 0, "{diagnostic}");
        beyond_ascii += usize::from(!line[..end].is_ascii());
    }
    assert!(beyond_ascii > 1, "{beyond_ascii} places stand behind more than ASCII");
}
