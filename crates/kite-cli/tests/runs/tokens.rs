//! Which token goes to which server.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::fake::Fake;
use crate::support::{Ran, kite};

fn ran(command: &mut Command) -> Ran {
    command.output().unwrap().into()
}

/// Writes a context that is in use, and its token.
fn configure(folder: &Path, server: &str) {
    let token = folder.join("token");
    fs::write(&token, "of-the-context").unwrap();
    let context = json!({"server": server, "token-file": token});
    let file = json!({"current-context": "work", "contexts": {"work": context}});
    fs::write(folder.join("config.yaml"), file.to_string()).unwrap();
}

/// The tokens that the server was shown.
fn shown(fake: &Fake) -> Vec<String> {
    let asked = fake.asked();
    let tokens = asked.iter().filter_map(|request| request.headers.get("authorization"));
    tokens.map(|token| token.to_str().unwrap().to_owned()).collect()
}

#[test]
fn the_token_of_a_context_goes_to_the_server_of_the_context_only() {
    let fake = Fake::with(&[]);
    configure(fake.folder.path(), "https://kite.example.com");
    fake.run(&["list"]).fine();
    assert_eq!(shown(&fake), Vec::<String>::new());
    let view = fake.run(&["config", "view"]).fine();
    assert!(view.contains("none, because the context's is sent to its own server only"), "{view}");
    configure(fake.folder.path(), &format!("{}/api/v1", fake.url));
    fake.run(&["list"]).fine();
    ran(kite(fake.folder.path()).arg("list")).fine();
    assert_eq!(shown(&fake), ["Bearer of-the-context"; 2]);
}

#[test]
fn the_token_of_a_context_is_not_sent_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    for (server, is_sent) in [
        ("https://kite.example.com", true),
        ("http://localhost:8080", true),
        ("http://[::1]:8080", true),
        ("http://kite.example.com", false),
        ("http://127.0.0.1.example.com", false),
    ] {
        configure(folder.path(), server);
        let view = ran(kite(folder.path()).args(["config", "view"])).fine();
        let words = "none, because the context's is sent over https only";
        assert_eq!(view.contains(words), !is_sent, "{server}: {view}");
    }
    let mut command = kite(folder.path());
    command.args(["auth", "login", "--server", "http://kite.example.com"]);
    let login = ran(&mut command);
    assert!(login.code == 2 && login.words.contains("a token that is kept is sent over https only"), "{login:?}");
}

#[test]
fn an_empty_variable_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path(), "https://kite.example.com");
    let variables = ["KITE_SERVER", "KITE_NAMESPACE", "KITE_CONTEXT", "KITE_TOKEN", "KITE_TOKEN_FILE", "KITE_CA_FILE"];
    let view = ran(kite(folder.path()).envs(variables.map(|name| (name, ""))).args(["config", "view"])).fine();
    for line in ["context:   work", "server:    https://kite.example.com (from `kite config`)", "token:     from `"] {
        assert!(view.contains(line), "{view}");
    }
}

#[test]
fn a_flag_s_token_comes_before_the_environment_s_and_that_before_the_context_s() {
    let fake = Fake::with(&[]);
    configure(fake.folder.path(), &fake.url);
    let flag = fake.folder.path().join("flag");
    fs::write(&flag, "of-the-flag").unwrap();
    let list = || {
        let mut command = kite(fake.folder.path());
        command.arg("list").env("KITE_TOKEN", "of-the-environment");
        command
    };
    ran(list().arg("--token-file").arg(&flag)).fine();
    ran(&mut list()).fine();
    assert_eq!(shown(&fake), ["Bearer of-the-flag", "Bearer of-the-environment"]);
}

#[test]
fn a_context_that_the_kubeconfig_does_not_know_takes_nothing_of_its_current_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.yaml"), "contexts: {work: {server: 'https://kite.example.com'}}").unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    fs::write(&kubeconfig, super::settings::KUBECONFIG).unwrap();
    let view = |context: &str| {
        ran(kite(folder.path()).env("KUBECONFIG", &kubeconfig).args(["config", "view", "--context", context])).fine()
    };
    let own = view("work");
    assert!(own.contains("namespace: all that you may see\ntoken:     none\n"), "{own}");
    assert!(view("east").contains("namespace: team-b\n"));
}
