//! Resources that are described more than once. dbt stops at the second entry; the first counts here.

use std::collections::{BTreeMap, HashMap};

use super::files::{Read, Role};
use super::parse;
use super::problem::Problem;
use super::properties::Place;
use crate::project::{Elsewhere, Spot};
use crate::text::Span;

/// One of them.
#[derive(Debug)]
pub struct Double {
    /// The section in which its entries stand.
    pub section: &'static str,
    pub name: String,
    /// The files of all its entries, in dbt's order: one that has two of them stands here twice.
    pub places: Vec<Place>,
}

/// What is wrong with the second entry of each; the others are named with it.
pub fn problems(doubles: &BTreeMap<String, Double>, reads: &[Read]) -> Vec<Problem> {
    if doubles.is_empty() {
        return Vec::new();
    }
    let properties = reads.iter().filter(|read| read.role == Role::Properties);
    let files: Files<'_> = properties.map(|read| ((read.project, read.found.path()), read)).collect();
    doubles.iter().filter_map(|(unique_id, double)| double.problem(unique_id, &files)).collect()
}

/// Properties files by project and path.
type Files<'r> = HashMap<(usize, String), &'r Read>;

impl Double {
    fn problem(&self, unique_id: &str, files: &Files<'_>) -> Option<Problem> {
        let [first, second, ..] = self.places.as_slice() else { return None };
        let message = format!(
            "`{}` is described in {} already; dbt refuses a second description of one resource",
            self.name, first.path
        );
        let spans = self.spans(files);
        let others = self.places.iter().zip(&spans).enumerate().filter(|(index, _)| *index != 1);
        let others = others.filter_map(|(_, (place, span))| Some(Spot::new(&place.path, (*span)?)));
        let problem = Problem::new(second.project, second.path.clone(), spans[1], message);
        let elsewhere = Elsewhere { unique_id: unique_id.to_owned(), spots: others.collect() };
        Some(Problem { elsewhere: Some(Box::new(elsewhere)), ..problem })
    }

    /// Where each entry has the name.
    fn spans(&self, files: &Files<'_>) -> Vec<Option<Span>> {
        let mut of_files = HashMap::new();
        let mut spans = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let names = of_files.entry(place).or_insert_with(|| {
                let file = files.get(&(place.project, place.path.clone()));
                file.map_or_else(Vec::new, |read| parse::name_spans(read, self.section, &self.name)).into_iter()
            });
            spans.push(names.next());
        }
        spans
    }
}
