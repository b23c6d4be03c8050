//! What to do about the findings of each rule: the table from which the worklist is made.

use schemars::JsonSchema;
use serde::Serialize;

/// What kind of work an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Name who answers for it.
    Own,
    /// Say what it is.
    Describe,
    /// Test it.
    Test,
    /// Check how fresh it is.
    Freshness,
    /// Say who may see it.
    Classify,
    /// What the rule itself says.
    Fix,
}

/// What one action takes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Per {
    /// A resource; of a source table its source, where that is where one would write it.
    Resource,
    /// A source with all its tables.
    Source,
    /// The tables of a source that it is about.
    Tables,
    /// The very resource, a source table, too.
    Itself,
    /// A folder, type by type.
    Folder,
    /// All findings of the rule.
    Rule,
    /// A group or folder that can name an owner for many, else the resource.
    Owner,
    /// The sources above.
    SourcesAbove,
}

/// What has to be changed at each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// A line of YAML.
    Line,
    /// SQL, and with it what others read.
    Code,
}

/// What to do about the findings of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remedy {
    pub kind: Kind,
    pub per: Per,
    pub work: Work,
    /// In the imperative, `{}` for the one thing it is done to.
    pub one: &'static str,
    /// The same for several.
    pub many: &'static str,
    /// Why it cannot wait.
    pub urgent: Option<&'static str>,
    /// Whether it is a decision on whether the thing stays at all, before which other work on it may be for nothing.
    pub decides: bool,
    /// Whether those that read the thing are to be edited, and not the thing.
    pub by_readers: bool,
}

impl Remedy {
    const fn new(kind: Kind, per: Per, work: Work, words: &'static str) -> Self {
        Self { kind, per, work, one: words, many: words, urgent: None, decides: false, by_readers: false }
    }

    /// Other words for several.
    const fn many(self, many: &'static str) -> Self {
        Self { many, ..self }
    }

    const fn urgent(self, why: &'static str) -> Self {
        Self { urgent: Some(why), ..self }
    }

    const fn decides(self) -> Self {
        Self { decides: true, ..self }
    }

    const fn by_readers(self) -> Self {
        Self { by_readers: true, ..self }
    }
}

/// Of a rule that the table does not know: a policy says itself what it wants.
pub(super) const OF_POLICY: Remedy = line(Per::Resource, "bring {} in line with the policy");

/// Where an owner has a name, and no address.
pub(super) const REACH: &str = "say how to reach the owner of {}";

const UNBUILDABLE: &str = "dbt cannot build the project until this is done";

const fn own() -> Remedy {
    Remedy::new(Kind::Own, Per::Owner, Work::Line, "name an owner of {}")
}

const fn describe() -> Remedy {
    Remedy::new(Kind::Describe, Per::Resource, Work::Line, "describe {}")
}

const fn test() -> Remedy {
    Remedy::new(Kind::Test, Per::Resource, Work::Line, "test {}")
}

const fn freshness(per: Per) -> Remedy {
    Remedy::new(Kind::Freshness, per, Work::Line, "check the freshness of {}")
}

const fn classify() -> Remedy {
    Remedy::new(Kind::Classify, Per::Resource, Work::Line, "classify the personal data of {}")
}

const fn line(per: Per, words: &'static str) -> Remedy {
    Remedy::new(Kind::Fix, per, Work::Line, words)
}

const fn code(per: Per, words: &'static str) -> Remedy {
    Remedy::new(Kind::Fix, per, Work::Code, words)
}

/// One that takes the thing into use or away.
const fn use_or_remove(per: Per, work: Work) -> Remedy {
    Remedy::new(Kind::Fix, per, work, "use {} or remove it").many("use {} or remove them").decides()
}

/// The remedy of a rule; `None` for one that this table does not know.
pub(super) fn of(rule: &str) -> Option<Remedy> {
    use Per::{Folder, Itself, Resource, Rule, Source, SourcesAbove, Tables};
    Some(match rule {
        "OWN001" | "OWN002" | "OWN003" | "OWN004" | "OWN005" | "OWN006" | "EXP007" => own(),
        "DOC001" | "DOC002" | "DOC003" | "DOC004" | "DOC005" | "DOC006" | "DOC007" | "DOC008" | "DOC009" | "DOC010"
        | "DOC011" | "DOC020" | "DOC024" | "EXP005" | "ACC005" => describe(),
        "TST001" | "TST002" | "TST003" | "TST004" | "TST005" | "TST006" | "EXP006" => test(),
        "SRC001" => freshness(Source),
        "EXP010" => freshness(SourcesAbove),
        "ACC020" => classify(),

        "ACC001" | "ACC002" => line(Resource, "enforce a contract on {}"),
        "ACC004" => line(Folder, "put {} into a group"),
        "ACC010" => line(Resource, "grant {} to named roles only"),
        "ACC014" => line(Resource, "say which version of {} is the latest"),
        "ACC016" => code(Resource, "name the version that {} reads"),
        "ACC017" => code(Resource, "move what is built on {} to what replaces it").by_readers(),
        "ACC018" => line(Resource, "remove {}, which is past its date").decides(),
        "ACC019" => line(Resource, "set the date by which {} goes"),
        "ACC030" => line(Rule, "bring back public models, and give them a date by which they go"),
        "ACC031" | "ACC034" => line(Resource, "restore the contract of {}, or make a new version"),
        "ACC032" => code(Resource, "restore the column types of {}, or make a new version"),
        "ACC033" => line(Resource, "restore the access of {} until a date that is announced"),
        "ACC035" => line(Resource, "name columns in {} that are there"),
        "ACC023" => line(Resource, "give the columns in the contract of {} a data type"),

        "DOC014" => line(Rule, "agree on one definition of columns that are described in several ways"),
        "DOC017" => line(Resource, "bring the description of {} into the agreed form"),
        "DOC021" => line(Folder, "move the properties of {} beside it").many("move the properties of {} beside them"),
        "DOC022" => line(Rule, "raise the share of documented models and columns"),
        "DOC023" => use_or_remove(Folder, Work::Line),

        "EXP001" => line(Resource, "say what {} depends on"),
        "EXP002" => code(Resource, "let {} read models that are open to it"),
        "EXP003" => code(Resource, "build what {} reads as tables"),
        "EXP004" => code(Resource, "let {} read marts instead of raw data"),
        "EXP008" => code(Resource, "connect {} with the sources that it is made of"),
        "EXP009" => line(Folder, "declare what uses {}, or remove it").many("declare what uses {}, or remove them"),
        "EXP011" => line(Folder, "say where to find {}"),
        "EXP012" => line(Folder, "say how mature {} is").many("say how mature {} are"),
        "EXP013" => code(Resource, "move {} to models that stay"),
        "EXP014" => line(Resource, "let {} depend on what it reads, no more and no less"),
        "EXP015" => line(Resource, "merge {} with the exposure that has the same url"),
        "EXP016" => line(Resource, "enable what {} depends on, or take it off"),

        "DAG001" => code(Resource, "say where the data of {} comes from"),
        "DAG002" => use_or_remove(Folder, Work::Code),
        "DAG003" | "DAG010" => code(Resource, "let {} read its sources through staging models"),
        "DAG004" => code(Resource, "give each source of {} a staging model of its own"),
        "DAG005" => code(Resource, "let {} read its parents one way only"),
        "DAG006" => code(Resource, "merge or move what ends right behind {}").by_readers(),
        "DAG007" => code(Resource, "split {}, which has too many parents"),
        "DAG008" => code(Resource, "let {} read sources instead of other staging models"),
        "DAG009" => code(Resource, "let {} read nothing that comes after it"),
        "DAG011" => code(Resource, "remove the forbidden dependencies of {}"),
        "DAG014" => code(Resource, "break the dependency cycle of {}").urgent(UNBUILDABLE),
        "DAG015" => code(Rule, "define or correct references to what does not exist").urgent(UNBUILDABLE),
        "DAG016" => code(Resource, "merge {} with its twin"),
        "DAG017" => line(Resource, "build {} under a name of its own"),
        "DAG019" => code(Folder, "connect {} or remove it").many("connect {} or remove them").decides(),

        "MET001" => line(Resource, "merge {} with its twin"),
        "MET002" | "MET003" => use_or_remove(Folder, Work::Line),
        "MET004" => line(Resource, "let {} stand on a model that is open to others"),
        "MET005" => line(Resource, "name the primary entity of {}"),

        "NAM001" => code(Folder, "rename {} after its layer").many("rename {} after their layers"),
        "NAM003" => code(Folder, "move {} to where it belongs").many("move {} to where they belong"),
        "NAM005" => line(Rule, "name properties files after what they describe"),

        "OWN007" => line(Resource, "name an owner of {} whom the project knows"),
        "OWN008" => line(Resource, "settle who owns {}"),
        "OWN009" => line(Resource, "name a team as owner of {}"),
        "OWN010" => line(Rule, "spread the ownership of models that feed dashboards"),
        "OWN011" => use_or_remove(Resource, Work::Line),
        "OWN012" => code(Resource, "let {} read public models of other teams only"),

        "PRF001" => code(Resource, "build a table in the row of views that ends in {}"),
        "PRF002" => code(Resource, "build {} as a table"),
        "PRF004" => code(Resource, "set the unique key of {}"),

        "PRJ001" => line(Rule, "say which versions of dbt the project works with"),
        "PRJ002" => line(Rule, "pin the versions of packages"),
        "PRJ003" => line(Rule, "remove packages that nothing uses"),
        "PRJ004" => line(Rule, "commit package-lock.yml"),
        "PRJ005" => line(Rule, "remove configs that configure nothing"),
        "PRJ006" => line(Rule, "replace deprecated syntax"),
        "PRJ009" => line(Rule, "take secrets out of the project's files, and change them").urgent("a secret is out"),
        "PRJ010" => line(Rule, "remove YAML keys that stand twice"),
        "PRJ011" => line(Rule, "remove YAML entries of what does not exist"),
        "PRJ012" => line(Rule, "renew the manifest"),
        "PRJ013" => line(Rule, "repair files that cannot be read").urgent(UNBUILDABLE),

        "RES001" => line(Folder, "call {} or remove it").many("call {} or remove them").decides(),
        "RES009" => line(Rule, "remove variables that nothing reads"),

        "SRC002" => line(Tables, "say why the freshness of {} is not checked"),
        "SRC003" => line(Source, "say what loads {}"),
        "SRC004" => use_or_remove(Tables, Work::Line),
        "SRC005" => {
            code(Tables, "let one staging model read {}").many("let one staging model read each of {}").by_readers()
        }
        "SRC006" => line(Itself, "merge {} with the source table that is the same"),

        "SUP001" => line(Rule, "remove suppressions that suppress nothing"),
        "SUP002" => line(Rule, "settle what suppressions that have ended were for"),
        "SUP003" => line(Rule, "give the reasons of suppressions"),
        "SUP004" => line(Rule, "correct the names of rules in suppressions"),
        "SUP005" => line(Rule, "take out of the baseline what is fixed"),

        "TST010" => line(Rule, "raise the share of what is tested"),
        "TST012" => line(Rule, "raise the share of what is unit-tested"),
        "TST014" => line(Resource, "remove the tests of {} that are there twice"),
        "TST016" => line(Resource, "replace the tests of {} that combine a single column"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{OF_POLICY, Per, REACH, of};
    use crate::rules::{Subject, all};

    #[test]
    fn every_rule_has_a_remedy() {
        let missing: Vec<&str> = all().iter().map(|rule| rule.code).filter(|code| of(code).is_none()).collect();
        assert!(missing.is_empty(), "say in src/audit/remedy.rs what to do about findings of {missing:?}");
    }

    #[test]
    fn words_name_what_they_are_done_to_unless_it_is_everything() {
        for rule in all() {
            let remedy = of(rule.code).unwrap();
            for words in [remedy.one, remedy.many] {
                assert_eq!(words.matches("{}").count(), usize::from(remedy.per != Per::Rule), "{}: {words}", rule.code);
            }
        }
    }

    /// What an action of each rule is called, for one thing and, where it may be done to several, for these: to be read.
    #[test]
    fn actions_are_sentences() {
        let mut text = String::from("| rule | of one | of several |\n|---|---|---|\n");
        let mut row = |code: &str, remedy: super::Remedy, kind: &str| {
            let (one, folder) = (format!("{kind} `orders`"), format!("the 2 {kind}s in `models/marts`"));
            let (one, many) = match remedy.per {
                Per::Rule => (String::new(), String::new()),
                Per::Source | Per::SourcesAbove => ("source `erp`".to_owned(), String::new()),
                Per::Tables => ("source table `erp.orders`".to_owned(), "the 2 source tables in `erp`".to_owned()),
                Per::Folder | Per::Owner => (one, folder),
                Per::Resource | Per::Itself => (one, String::new()),
            };
            let several = if many.is_empty() { String::new() } else { remedy.many.replace("{}", &many) };
            text += &format!("| {code} | {} | {several} |\n", remedy.one.replace("{}", &one));
        };
        for rule in all() {
            let mut kinds = rule.subjects.iter().filter_map(|subject| match subject {
                Subject::Resource(kind) => Some(kind.label()),
                Subject::Project => None,
            });
            row(rule.code, of(rule.code).unwrap(), kinds.next().unwrap_or("model"));
        }
        row("policies", OF_POLICY, "model");
        row("OWN006, where the owner has a name", super::Remedy { one: REACH, ..OF_POLICY }, "group");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/expected/actions.md");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(path, &text).expect("the repository is writable");
        }
        let expected = std::fs::read_to_string(path).expect("the expected actions are there").replace("\r\n", "\n");
        assert_eq!(text, expected, "UPDATE_EXPECTED=1 renews {path}; read it");
    }
}
