//! The identity of a finding across runs.

use md5::{Digest, Md5};

/// 32 hexadecimal digits from rule, subject and part. Moving, re-indenting or renaming files changes nothing.
///
/// md5 serves as a fast, stable mixing function; nothing here depends on it being hard to invert.
pub fn fingerprint(code: &str, subject: &str, part: &str) -> String {
    let mut digest = Md5::new();
    for field in [code, subject, part] {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        digest.update((field.len() as u64).to_le_bytes());
        digest.update(field.as_bytes());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn fields_do_not_run_into_each_other() {
        assert_ne!(fingerprint("DOC001", "ab", "c"), fingerprint("DOC001", "a", "bc"));
    }

    #[test]
    fn is_frozen() {
        // A change here orphans every baseline in the world.
        assert_eq!(fingerprint("DOC001", "model.shop.orders", ""), "82bd08fede8d5337c214cdccc4f3d6ed");
    }
}
