//! Which crate may import which: the table of ARCHITECTURE.md, held against the manifests.
//!
//! Dependencies of tests are free. What else may be imported where is in `deny.toml`.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::{cargo, output};

/// Each crate, and the crates of the workspace that it may import.
const LAYERS: &[(&str, &[&str])] = &[
    ("kite-api", &[]),
    ("kite-core", &[]),
    ("kite-dump", &[]),
    ("kite-postgres-server", &[]),
    ("kite-runtime", &[]),
    ("kite-store", &["kite-core"]),
    ("kite-dashboard", &["kite-core"]),
    ("kite-rules", &["kite-api", "kite-core"]),
    ("kite-client", &["kite-api"]),
    ("kite-backend", &["kite-api", "kite-core", "kite-dashboard", "kite-rules", "kite-runtime", "kite-store"]),
    ("kite-operator", &["kite-api", "kite-client", "kite-rules", "kite-runtime"]),
    ("kite-cli", &["kite-api", "kite-client", "kite-dump", "kite-rules", "kite-runtime"]),
    ("kite-mcp", &["kite-api", "kite-client", "kite-runtime"]),
    (
        "kite-local",
        &[
            "kite-api",
            "kite-backend",
            "kite-client",
            "kite-core",
            "kite-dump",
            "kite-operator",
            "kite-rules",
            "kite-runtime",
            "kite-store",
        ],
    ),
    (
        "kite-bench",
        &[
            "kite-api",
            "kite-core",
            "kite-postgres-server",
            "kite-rules",
            "kite-runtime",
            "kite-store",
            "kite-test-browser",
            "kite-test-cluster",
        ],
    ),
    ("kite-testing", &["kite-api", "kite-core", "kite-postgres-server", "kite-store"]),
    ("kite-test-browser", &[]),
    ("kite-test-cluster", &[]),
    ("xtask", &["kite-postgres-server", "kite-test-browser", "kite-test-cluster"]),
];

/// The rules stay pure: what `kite-core` may import from outside the workspace.
const CORE_IMPORTS: &[&str] = &["jiff", "thiserror", "uuid"];

/// Fails with every import that the table does not allow.
pub fn check() -> Result<()> {
    let metadata = output(cargo().args(["metadata", "--format-version=1", "--no-deps", "--locked"]))
        .context("read the manifests")?;
    let violations = violations(&serde_json::from_str(&metadata)?);
    if violations.is_empty() {
        return Ok(());
    }
    bail!("{}", violations.join("\n"))
}

fn violations(metadata: &Value) -> Vec<String> {
    let packages = items(metadata, "packages");
    packages.flat_map(violations_of).collect()
}

fn violations_of(package: &Value) -> Vec<String> {
    let name = text(package, "name");
    let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
        return vec![format!("`{name}` has no place in the table of layers")];
    };
    items(package, "dependencies")
        .filter(|dependency| text(dependency, "kind") != "dev")
        .filter(|dependency| !is_allowed(name, allowed, dependency))
        .map(|dependency| format!("`{name}` must not import `{}`", text(dependency, "name")))
        .collect()
}

fn is_allowed(package: &str, allowed: &[&str], dependency: &Value) -> bool {
    let name = text(dependency, "name");
    let is_of_workspace = dependency.get("path").is_some_and(Value::is_string);
    if is_of_workspace {
        return allowed.contains(&name);
    }
    package != "kite-core" || CORE_IMPORTS.contains(&name)
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check_one(package: &str, dependencies: &[Value]) -> Vec<String> {
        violations(&json!({"packages": [{"name": package, "dependencies": dependencies}]}))
    }

    fn of_workspace(name: &str) -> Value {
        json!({"name": name, "kind": null, "path": "/somewhere"})
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_named() {
        assert!(check_one("kite-store", &[of_workspace("kite-core")]).is_empty());
        assert_eq!(
            check_one("kite-client", &[of_workspace("kite-core")]),
            ["`kite-client` must not import `kite-core`"]
        );
    }

    #[test]
    fn the_rules_import_no_framework() {
        let tokio = json!({"name": "tokio", "kind": null});
        assert!(check_one("kite-store", std::slice::from_ref(&tokio)).is_empty());
        assert_eq!(
            check_one("kite-core", &[tokio, json!({"name": "jiff", "kind": null})]),
            ["`kite-core` must not import `tokio`"]
        );
    }

    #[test]
    fn tests_may_import_anything() {
        let for_tests = json!({"name": "kite-testing", "kind": "dev", "path": "/somewhere"});
        assert!(check_one("kite-core", &[for_tests]).is_empty());
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        assert_eq!(check_one("kite-new", &[]), ["`kite-new` has no place in the table of layers"]);
    }

    #[test]
    fn this_workspace_keeps_its_layers() {
        check().unwrap();
    }
}
