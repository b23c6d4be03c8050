//! PRJ: project and audit trail.

crate::rules::rules![unreadable_file::UnreadableFile];
