//! Resources that are described more than once. dbt stops at the second entry; the first counts here.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::files::{Read, Role};
use super::overlap::{self, Overlaps};
use super::parse;
use super::problem::Problem;
use super::properties::Place;
use super::world::World;
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
///
/// What stands in a file that two paths lead to is described once, and the paths are noted.
pub fn problems(
    doubles: &BTreeMap<String, Double>,
    reads: &[Read],
    world: &World,
    overlaps: &mut Overlaps,
) -> Vec<Problem> {
    if doubles.is_empty() {
        return Vec::new();
    }
    let properties = reads.iter().filter(|read| read.role == Role::Properties);
    let files: Files<'_> = properties.map(|read| ((read.project, read.found.path()), read)).collect();
    let paths = world.projects[0].paths.all();
    // An entry describes each version of a model: that is one mistake.
    let mut seen = HashSet::new();
    let each = doubles.iter().filter(|(_, double)| seen.insert((double.section, &double.name, &double.places)));
    let all = each.filter_map(|(unique_id, double)| {
        let entries = double.entries(&files, &paths, overlaps);
        double.problem(unique_id, &entries)
    });
    all.collect()
}

/// Properties files by project and path.
type Files<'r> = HashMap<(usize, String), &'r Read>;

/// An entry's file, and where in it the name stands.
type Described<'d> = (&'d Place, Option<Span>);

impl Double {
    fn problem(&self, unique_id: &str, entries: &[Described<'_>]) -> Option<Problem> {
        let [(first, _), (second, span), ..] = entries else { return None };
        let message = format!(
            "`{}` is described in {} already; dbt refuses a second description of one resource",
            self.name, first.path
        );
        let others = entries.iter().enumerate().filter(|(index, _)| *index != 1);
        let others = others.filter_map(|(_, (place, span))| Some(Spot::new(&place.path, (*span)?)));
        let problem = Problem::new(second.project, second.path.clone(), *span, message);
        let elsewhere = Elsewhere { unique_id: unique_id.to_owned(), spots: others.collect() };
        Some(Problem { elsewhere: Some(Box::new(elsewhere)), ..problem })
    }

    /// The entries, without those that were only read twice.
    fn entries(&self, files: &Files<'_>, paths: &[String], overlaps: &mut Overlaps) -> Vec<Described<'_>> {
        let mut of_files = HashMap::new();
        let mut all = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let file = overlap::parts(&place.path);
            let names = of_files.entry((place.project, file)).or_insert_with(|| {
                let file = files.get(&(place.project, place.path.clone()));
                file.map_or_else(Vec::new, |read| parse::name_spans(read, self.section, &self.name)).into_iter()
            });
            let span = names.next();
            let is_read_twice = span.is_none() && place.project == 0 && overlaps.note(paths, &place.path);
            if !is_read_twice {
                all.push((place, span));
            }
        }
        all
    }
}
