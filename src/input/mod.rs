//! What is read: manifests now; the only code that knows their shape.

pub mod bytes;
pub mod churn;
pub mod codeowners;
pub mod manifest;
pub mod own_files;
pub mod project_files;
pub mod run_results;
