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
    /// In the imperative, `{}` for what it is done to.
    pub words: &'static str,
}

const fn own() -> Remedy {
    Remedy { kind: Kind::Own, per: Per::Owner, work: Work::Line, words: "name an owner of {}" }
}

const fn describe() -> Remedy {
    Remedy { kind: Kind::Describe, per: Per::Resource, work: Work::Line, words: "describe {}" }
}

const fn test() -> Remedy {
    Remedy { kind: Kind::Test, per: Per::Resource, work: Work::Line, words: "test {}" }
}

const fn freshness(per: Per) -> Remedy {
    Remedy { kind: Kind::Freshness, per, work: Work::Line, words: "check the freshness of {}" }
}

const fn classify() -> Remedy {
    Remedy { kind: Kind::Classify, per: Per::Resource, work: Work::Line, words: "classify the personal data of {}" }
}

const fn line(per: Per, words: &'static str) -> Remedy {
    Remedy { kind: Kind::Fix, per, work: Work::Line, words }
}

const fn code(per: Per, words: &'static str) -> Remedy {
    Remedy { kind: Kind::Fix, per, work: Work::Code, words }
}

/// The remedy of a rule; `None` for one that this table does not know.
pub(super) fn of(rule: &str) -> Option<Remedy> {
    use Per::{Folder, Resource, Rule, Source, SourcesAbove};
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
        "ACC017" => code(Resource, "move what is built on {} to what replaces it"),
        "ACC018" => line(Resource, "remove {}, which is past its date"),
        "ACC019" => line(Resource, "set the date by which {} goes"),
        "ACC030" => line(Rule, "bring back public models, and give them a date by which they go"),
        "ACC031" | "ACC034" => line(Resource, "restore the contract of {}, or make a new version"),
        "ACC032" => code(Resource, "restore the column types of {}, or make a new version"),
        "ACC033" => line(Resource, "restore the access of {} until a date that is announced"),
        "ACC035" => line(Resource, "name columns in {} that are there"),
        "ACC023" => line(Resource, "give the columns in the contract of {} a data type"),

        "DOC014" => line(Rule, "agree on one definition of columns that are described in several ways"),
        "DOC017" => line(Resource, "bring the description of {} into the agreed form"),
        "DOC021" => line(Folder, "move the properties of {} beside them"),
        "DOC022" => line(Rule, "raise the share of documented models and columns"),
        "DOC023" => line(Folder, "use {} or remove them"),

        "EXP001" => line(Resource, "say what {} depends on"),
        "EXP002" => code(Resource, "let {} read models that are open to it"),
        "EXP003" => code(Resource, "build what {} reads as tables"),
        "EXP004" => code(Resource, "let {} read marts instead of raw data"),
        "EXP008" => code(Resource, "connect {} with the sources that it is made of"),
        "EXP009" => line(Folder, "declare what uses {}, or remove them"),
        "EXP011" => line(Folder, "say where to find {}"),
        "EXP012" => line(Folder, "say how mature {} are"),
        "EXP013" => code(Resource, "move {} to models that stay"),
        "EXP014" => line(Resource, "let {} depend on what it reads, no more and no less"),
        "EXP015" => line(Resource, "merge {} with the exposure that has the same url"),
        "EXP016" => line(Resource, "enable what {} depends on, or take it off"),

        "DAG001" => code(Resource, "say where the data of {} comes from"),
        "DAG002" => code(Folder, "use {} or remove them"),
        "DAG003" | "DAG010" => code(Resource, "let {} read its sources through staging models"),
        "DAG004" => code(Resource, "give each source of {} a staging model of its own"),
        "DAG005" => code(Resource, "let {} read its parents one way only"),
        "DAG006" => code(Resource, "merge or move what ends right behind {}"),
        "DAG007" => code(Resource, "split {}, which has too many parents"),
        "DAG008" => code(Resource, "let {} read sources instead of other staging models"),
        "DAG009" => code(Resource, "let {} read nothing that comes after it"),
        "DAG011" => code(Resource, "remove the forbidden dependencies of {}"),
        "DAG014" => code(Resource, "break the dependency cycle of {}"),
        "DAG015" => code(Rule, "define or correct references to what does not exist"),
        "DAG016" => code(Resource, "merge {} with its twin"),
        "DAG017" => line(Resource, "build {} under a name of its own"),
        "DAG019" => code(Folder, "connect {} or remove them"),

        "MET001" => line(Resource, "merge {} with its twin"),
        "MET002" | "MET003" => line(Folder, "use {} or remove them"),
        "MET004" => line(Resource, "let {} stand on a model that is open to others"),
        "MET005" => line(Resource, "name the primary entity of {}"),

        "NAM001" => code(Folder, "rename {} after their layer"),
        "NAM003" => code(Folder, "move {} to where they belong"),
        "NAM005" => line(Rule, "name properties files after what they describe"),

        "OWN007" => line(Resource, "name an owner of {} whom the project knows"),
        "OWN008" => line(Resource, "settle who owns {}"),
        "OWN009" => line(Resource, "name a team as owner of {}"),
        "OWN010" => line(Rule, "spread the ownership of models that feed dashboards"),
        "OWN011" => line(Resource, "use {} or remove it"),
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
        "PRJ009" => line(Rule, "take secrets out of the project's files, and change them"),
        "PRJ010" => line(Rule, "remove YAML keys that stand twice"),
        "PRJ011" => line(Rule, "remove YAML entries of what does not exist"),
        "PRJ012" => line(Rule, "renew the manifest"),
        "PRJ013" => line(Rule, "repair files that cannot be read"),

        "RES001" => line(Folder, "call {} or remove them"),
        "RES009" => line(Rule, "remove variables that nothing reads"),

        "SRC002" => line(Source, "say why the freshness of {} is not checked"),
        "SRC003" => line(Source, "say what loads {}"),
        "SRC004" => line(Source, "use or remove the unused tables of {}"),
        "SRC005" => code(Source, "let one staging model read each table of {}"),
        "SRC006" => line(Resource, "merge {} with the source table that is the same"),

        "SUP001" => line(Rule, "remove suppressions that suppress nothing"),
        "SUP002" => line(Rule, "settle what suppressions that have ended were for"),
        "SUP003" => line(Rule, "give the reasons of suppressions"),
        "SUP004" => line(Rule, "correct the names of rules in suppressions"),
        "SUP005" => line(Rule, "take out of the baseline what is fixed"),

        "TST010" => line(Rule, "raise the share of what is tested"),
        "TST012" => line(Rule, "raise the share of what is unit-tested"),
        "TST014" => line(Resource, "remove the tests of {} that are there twice"),
        "TST016" => line(Resource, "replace tests of a combination of one column of {}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Per, of};
    use crate::rules::all;

    #[test]
    fn every_rule_has_a_remedy() {
        let missing: Vec<&str> = all().iter().map(|rule| rule.code).filter(|code| of(code).is_none()).collect();
        assert!(missing.is_empty(), "say in src/audit/remedy.rs what to do about findings of {missing:?}");
    }

    #[test]
    fn words_name_what_they_are_done_to_unless_it_is_everything() {
        for rule in all() {
            let remedy = of(rule.code).unwrap();
            let holes = remedy.words.matches("{}").count();
            assert_eq!(holes, usize::from(remedy.per != Per::Rule), "{}: {}", rule.code, remedy.words);
        }
    }
}
