//! What macros give that are called without arguments and do not look at the node they are called for: the same for every
//! node of a project, and so they run once.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};

use super::super::world::MacroEntry;
use super::scope::{Purpose, Scope};
use crate::template::{Arguments, Cost, Error, Frozen, Machine, Value};

/// The results by package of the node.
#[derive(Debug, Default)]
pub struct Remembered(RwLock<HashMap<usize, Results>>);

/// By unique id of the macro; `None` for one that has to run each time.
type Results = HashMap<String, Option<Arc<Known>>>;

/// What a macro gave, and what it took of the limits: who is given it pays the same, so that no limit is reached by one
/// node and not by another.
#[derive(Debug)]
struct Known {
    value: Frozen,
    cost: Cost,
}

impl Remembered {
    fn get(&self, project: usize, id: &str) -> Option<Option<Arc<Known>>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&project)?.get(id).cloned()
    }

    fn set(&self, project: usize, id: &str, known: Option<Known>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(project).or_default().insert(id.to_owned(), known.map(Arc::new));
    }
}

/// Calls a macro of the project.
pub fn call(
    scope: &Rc<Scope>,
    entry: &MacroEntry,
    machine: &mut Machine<'_>,
    arguments: Arguments,
) -> Result<Value, Error> {
    let is_for_node = matches!(scope.purpose, Purpose::Node(_)) && !scope.is_in_variable();
    let is_plain = arguments.positional.is_empty() && arguments.keyword.is_empty();
    let remembered = &scope.world.remembered;
    let known = if is_for_node && is_plain { remembered.get(scope.project, &entry.unique_id) } else { Some(None) };
    let run = |machine: &mut Machine<'_>| scope.inside(|| machine.call_macro(&entry.code, arguments));
    match known {
        Some(Some(known)) if machine.spend(known.cost) => Ok(known.value.thaw(machine)),
        Some(_) => run(machine),
        None => {
            let ((called, cost), is_same_for_all) = scope.watched(|| machine.measured(run));
            let value = called.as_ref().ok().filter(|_| is_same_for_all).and_then(Frozen::of);
            remembered.set(scope.project, &entry.unique_id, value.map(|value| Known { value, cost }));
            called
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::environment::Environment;
    use crate::files::Files;

    const MACROS: &str = "\
{% macro settings() %}{% set n = namespace(parents=['a'], depth=1) %}{{ return(n) }}{% endmacro %}
{% macro names() %}{{ return(['a', 'b']) }}{% endmacro %}
{% macro twice() %}{% set l = [] %}{{ return([l, l]) }}{% endmacro %}
{% macro own() %}{{ return(model.name) }}{% endmacro %}
{% macro by_this() %}{{ return(this.identifier) }}{% endmacro %}
{% macro reads() %}{% do ref('a') %}{{ return('b') }}{% endmacro %}
{% macro indirect() %}{% do reads() %}{{ return(own()) }}{% endmacro %}
{% macro sets() %}{{ config(tags=['set']) }}{% endmacro %}
{% macro tag() %}{{ return(target.tag) }}{% endmacro %}
{% macro wide() %}{% for i in range(90000) %}{% set x = i %}{% endfor %}{{ return('a') }}{% endmacro %}
{% macro deep(n) %}{% if n %}{{ deep(n - 1) }}{% else %}{% do ref(bottom()) %}{% endif %}{% endmacro %}
{% macro bottom() %}{{ return(middle()) }}{% endmacro %}
{% macro middle() %}{{ return('b') }}{% endmacro %}
";

    /// Each model of a project as a manifest has it.
    fn read(models: &[(&str, &str)], threads: usize) -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
        write("macros/all.sql", MACROS);
        for (name, text) in models.iter().chain(&[("a", "select 1"), ("b", "select 1")]) {
            write(&format!("models/{name}.sql"), text);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| {
            super::super::super::read(folder.path(), &Files::default(), Environment::default()).manifest.concat()
        });
        let manifest: Value = serde_json::from_str(&found).unwrap();
        models.iter().map(|(name, _)| manifest["nodes"][format!("model.shop.{name}")].clone()).collect()
    }

    /// A model's name and what it refers to.
    fn line(node: &Value) -> String {
        let refs = node["refs"].as_array().unwrap().iter().map(|reference| reference["name"].as_str().unwrap());
        format!("{}: {}", node["name"].as_str().unwrap(), refs.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn every_node_gets_what_it_would_get_alone() {
        let models = [
            ("m01", "{% for name in names() %}{{ ref(name) }}{% endfor %}"),
            // What one changes of it, another does not see.
            ("m02", "{% set l = names() %}{% do l.pop() %}{% for name in l %}{{ ref(name) }}{% endfor %}"),
            ("m03", "{% set l = names() %}{% do l.append('m01') %}{% for name in l %}{{ ref(name) }}{% endfor %}"),
            (
                "m04",
                "{% set s = settings() %}{% do s.parents.append('b') %}{% for p in s.parents %}{{ ref(p) }}{% endfor %}",
            ),
            ("m05", "{% set s = settings() %}{% set s.depth = 2 %}{% for p in s.parents %}{{ ref(p) }}{% endfor %}"),
            ("m06", "{% set s = settings() %}{{ ref('a' if s.depth == 1 else 'b') }}"),
            // One list at two places.
            ("m07", "{% set t = twice() %}{% do t[0].append('a') %}{{ ref(t[1][0]) }}"),
            ("m08", "{% set t = twice() %}{% do t[0].append('b') %}{{ ref(t[1][0]) }}"),
            // What depends on the node, or is noted of it.
            ("m09", "{{ ref('a' if own() == 'm09' else 'b') }}{{ ref('a' if by_this() == 'm09' else 'b') }}"),
            ("m10", "{{ ref('a' if own() == 'm10' else 'b') }}{{ ref('a' if by_this() == 'm10' else 'b') }}"),
            ("m11", "{{ ref(reads()) }}"),
            ("m12", "{{ ref(reads()) }}{{ ref('a' if indirect() == 'm12' else 'b') }}"),
            ("m13", "{{ ref('a' if indirect() == 'm13' else 'b') }}"),
            ("m14", "{{ sets() }}"),
            ("m15", "{{ sets() }}"),
            ("m16", "{{ ref(tag()) }}"),
            ("m17", "{{ ref(tag()) }}"),
            // Under a condition that is not known.
            ("m18", "{% if tag() %}{% set l = names() %}{% do l.pop() %}{{ ref(l[0]) }}{% endif %}"),
            ("m19", "{% set l = names() %}{% if tag() %}{% do l.pop() %}{% endif %}{{ ref(l[0]) }}"),
            // Limits are those of each node.
            ("m20", "{{ ref(wide()) }}"),
            ("m21", "{% for i in range(20) %}{{ ref(wide()) }}{% endfor %}"),
            ("m22", "{{ deep(10) }}"),
            ("m23", "{{ deep(61) }}"),
            ("m24", "{{ deep(62) }}"),
            ("m25", "{{ ref(bottom()) }}"),
        ];
        let together = read(&models, 1);
        let alone: Vec<Value> = models.iter().flat_map(|model| read(&[("m01", "select 1"), *model], 1).pop()).collect();
        assert_eq!(together, alone);
        let turned: Vec<_> = models.into_iter().rev().collect();
        let mut again = read(&turned, 4);
        again.reverse();
        assert_eq!(together, again);
        let lines: Vec<String> = together.iter().map(line).collect();
        assert_eq!(
            lines[..8],
            ["m01: a b", "m02: a", "m03: a b m01", "m04: a b", "m05: a", "m06: a", "m07: a", "m08: b"]
        );
        assert_eq!(lines[8..13], ["m09: a a", "m10: a a", "m11: a b", "m12: a b a a", "m13: a a"]);
        assert_eq!(lines[18..21], ["m19: ", "m20: a", "m21: a a a a a"]);
        assert_eq!(
            (&together[13]["config"]["tags"], &together[14]["config"]["tags"]),
            (&json!(["set"]), &json!(["set"]))
        );
        assert_eq!(lines[21..], ["m22: b", "m23: b", "m24: ", "m25: b"]);
    }
}
