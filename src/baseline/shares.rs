//! The ratchet: shares may rise, and must not fall below what is recorded.

use std::collections::HashSet;

use crate::findings::Share;

/// Recorded shares after a run: those that rose are raised, new ones are added, and of rules that ran those go that
/// nothing has measured any more. Where `falls`, those that fell are lowered as well.
pub fn raised(recorded: &[Share], measured: &[Share], ran: &HashSet<&'static str>, falls: bool) -> Vec<Share> {
    let is_measured = |share: &&Share| measured.iter().any(|other| other.key_order(share).is_eq());
    let mut shares: Vec<Share> =
        recorded.iter().filter(|share| !ran.contains(share.code) || is_measured(share)).cloned().collect();
    for share in measured {
        match shares.iter_mut().find(|old| old.key_order(share).is_eq()) {
            Some(old) if share.compare(old).is_gt() || (falls && share.compare(old).is_lt()) => *old = share.clone(),
            Some(_) => {}
            None => shares.push(share.clone()),
        }
    }
    shares.sort_by(Share::key_order);
    shares
}
