//! Documentation from the same source as the behaviour: pages of rules, the catalogue, JSON Schemas.

pub mod catalogue;
pub mod options;
pub mod page;
pub mod schemas;
