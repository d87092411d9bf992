//! Fixed-size keys for names of any length: the first 16 bytes of a SHA-256.
//!
//! They are the primary keys of scopes, reports and issues, so that "one row per identity" is held
//! by an index of 16 bytes, and their byte order is the order in which every writer locks scopes.

use kite_core::{Identity, Scope, Target, View};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The key of a scope.
pub fn scope_key(scope: &Scope) -> Uuid {
    hash(&scope_parts(scope))
}

/// The key of an identity, or of the part of a scope that a clear speaks of.
pub fn target_key(target: &Target) -> Uuid {
    let issue_type = target.issue_type.map_or("", kite_core::IssueType::as_str);
    let variant = target.variant.as_ref().map_or(String::new(), |variant| format!("={variant}"));
    let scope = scope_parts(&target.scope);
    hash(&[&scope[..], &[issue_type, &variant]].concat())
}

/// The key of an identity.
pub fn identity_key(identity: &Identity) -> Uuid {
    target_key(&Target::from(identity))
}

/// Tells one searchable text from another.
pub fn text_hash(view: &View) -> Uuid {
    hash(&[&view.content.title, &view.content.description])
}

fn scope_parts(scope: &Scope) -> [&str; 5] {
    [&scope.cluster, &scope.namespace, &scope.resource_type, &scope.resource_name, &scope.resource_namespace]
}

fn hash(parts: &[&str]) -> Uuid {
    let mut hasher = Sha256::new();
    for part in parts {
        // The length in front keeps ("ab", "c") apart from ("a", "bc").
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(byte, digested)| *byte = *digested);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kite_testing::build::{identity, scope};

    #[test]
    fn different_targets_have_different_keys() {
        let all = Target { scope: scope("shop"), issue_type: None, variant: None };
        let keys = [
            target_key(&all),
            target_key(&Target { variant: Some(String::new()), ..all.clone() }),
            target_key(&Target { variant: Some("=".to_owned()), ..all.clone() }),
            target_key(&Target::from(&identity(scope("shop")))),
            scope_key(&all.scope),
            scope_key(&scope("sho")),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "key {index}");
        }
    }
}
