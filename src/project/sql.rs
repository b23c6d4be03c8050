//! Models' SQL, for comparison.

use rayon::prelude::*;

use super::{Project, ResourceId};
use crate::text::sql::{Fingerprint, Normaliser};

impl Project<'_> {
    /// What stands for the SQL of each of these resources when they are compared, in their order; `None` for those
    /// without SQL, such as Python models. Reads their whole text, in parallel.
    pub fn sql_fingerprints(&self, ids: &[ResourceId]) -> Vec<Option<Fingerprint>> {
        ids.par_iter().map_init(Normaliser::new, |normaliser, &id| self.sql_fingerprint(id, normaliser)).collect()
    }

    fn sql_fingerprint(&self, id: ResourceId, normaliser: &mut Normaliser) -> Option<Fingerprint> {
        let relation = self.get(id).relation().filter(|relation| !relation.is_python())?;
        let escaped = relation.raw_code?.get().strip_prefix('"')?.strip_suffix('"')?;
        Some(normaliser.fingerprint_of_json(escaped))
    }
}
