//! Where KITE is, who calls, which namespace: flags, environment, configuration, kubeconfig.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Ran, World};

pub const KUBECONFIG: &str = "\
apiVersion: v1
kind: Config
current-context: east
clusters:
- name: c
  cluster: {server: 'https://127.0.0.1:1'}
users:
- name: jane
  user: {token: from-kubeconfig}
- name: plugin
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: PLUGIN, interactiveMode: Never}
contexts:
- name: east
  context: {cluster: c, user: jane, namespace: team-b}
- name: west
  context: {cluster: c, user: plugin, namespace: team-a}
";

fn ran(command: &mut Command) -> Ran {
    command.output().unwrap().into()
}

#[test]
fn the_namespace_is_that_of_the_flag_the_environment_the_configuration_or_the_kubeconfig() {
    let world = World::with_issues();
    let kubeconfig = world.folder.path().join("kubeconfig");
    fs::write(&kubeconfig, KUBECONFIG).unwrap();
    let kite = || {
        let mut command = world.kite();
        command.env("KUBECONFIG", &kubeconfig);
        command
    };
    let names =
        |command: &mut Command| ran(command.args(["list", "-o", "jsonpath={.data[*].scope.resourceName}"])).fine();
    assert_eq!(names(&mut kite()), "till", "the current context's");
    assert_eq!(names(kite().args(["--context", "west"])), "shop cart");
    ran(kite().args(["config", "set-context", "east", "-n", "team-c"])).fine();
    assert_eq!(names(&mut kite()), "", "the configuration's");
    assert_eq!(names(kite().env("KITE_NAMESPACE", "team-b")), "till");
    assert_eq!(names(kite().env("KITE_NAMESPACE", "team-b").args(["-n", "team-a"])), "shop cart");
    assert!(ran(kite().args(["list", "-A"])).fine().contains("till"));
}

#[test]
fn contexts_are_set_used_listed_and_forgotten() {
    let world = World::with_issues();
    let without = |arguments: &[&str]| ran(world.kite().env_remove("KITE_SERVER").args(arguments));
    world.run(&["config", "set-context", "work", "--server", &world.url, "-n", "team-b"]).fine();
    assert_eq!(without(&["list"]).code, 3, "the context is not in use yet");
    without(&["config", "use-context", "work"]).fine();
    assert!(without(&["list"]).fine().contains("component/till"));
    let listed = without(&["config", "get-contexts"]);
    assert_snapshot!("get_contexts", listed.shown());
    let folder = world.folder.path().display().to_string();
    assert_snapshot!("view", without(&["config", "view"]).shown().replace(&folder, "[folder]"));
    let failed = without(&["config", "use-context", "nowhere"]);
    assert!(failed.code == 2 && failed.words.contains("there is no context `nowhere`"), "{failed:?}");
    without(&["config", "delete-context", "work"]).fine();
    assert_eq!(without(&["config", "delete-context", "work"]).code, 1);
    assert_eq!(without(&["config", "set-context", "empty"]).code, 2);
    fs::write(world.folder.path().join("config.yaml"), "contexts: [").unwrap();
    let broken = without(&["list"]);
    assert!(broken.code == 2 && broken.words.contains("config.yaml"), "{broken:?}");
}

#[test]
fn the_earlier_program_s_variable_and_command_are_understood() {
    let world = World::with_issues();
    let address = format!("{}/api/v1", world.url);
    ran(world.kite().env_remove("KITE_SERVER").env("KONFLUX_API_URL", &address).args(["issues", "list"])).fine();
    ran(world.kite().env_remove("KITE_SERVER").args(["config", "set-api-url", &address])).fine();
    ran(world.kite().env_remove("KITE_SERVER").arg("list")).fine();
}

#[test]
fn a_token_is_kept_tried_and_forgotten() {
    let world = World::with_tokens();
    let wrong = world.run_with_input(&["auth", "login"], "wrong\n");
    assert!(wrong.code == 4 && wrong.words.contains("failed to sign in"), "{wrong:?}");
    let login = world.run_with_input(&["auth", "login"], "sesame\n");
    assert!(login.words.contains("as jane (context default)"), "{login:?}");
    let kept = world.folder.path().join("tokens/default");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    world.run(&["list"]).fine();
    assert_eq!(world.run(&["auth", "whoami"]).fine(), "jane\n");
    assert_snapshot!("can_i", world.run(&["auth", "can-i", "-n", "team-a"]).shown());
    assert_eq!(world.run(&["auth", "can-i", "read", "-n", "team-a"]).code, 0);
    assert_eq!(world.run(&["auth", "can-i", "resolve", "-n", "team-a"]).code, 1);
    assert_eq!(world.run(&["auth", "can-i", "read", "-A"]).code, 1);
    world.run(&["auth", "logout"]).fine();
    assert!(!kept.exists());
    assert_eq!(world.run(&["list"]).code, 4);
    let open = World::start();
    assert!(open.run(&["auth", "whoami"]).fine().contains("nobody"));
}

#[test]
fn each_context_has_its_own_token_file() {
    let world = World::start();
    for (context, token) in [("a/b", "one"), ("a_b", "two"), ("a:b", "three")] {
        world.run(&["config", "set-context", context, "--server", &world.url]).fine();
        assert_eq!(world.run_with_input(&["auth", "login", "--context", context], token).code, 0);
    }
    let files = fs::read_dir(world.folder.path().join("tokens")).unwrap();
    let mut kept: Vec<_> = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    kept.sort();
    assert_eq!(kept, ["one\n", "three\n", "two\n"]);
}

/// What a server is shown when a list is asked for in these surroundings.
fn shown(prepare: impl FnOnce(&mut Command, &std::path::Path)) -> Vec<(String, String)> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(async {
        let server = MockServer::start().await;
        let page = json!({"data": [], "total": 0, "limit": 1, "offset": 0});
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(&server).await;
        server
    });
    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::support::kite(folder.path());
    command.env("KITE_SERVER", server.uri()).arg("list");
    prepare(&mut command, folder.path());
    ran(&mut command).fine();
    let requests = runtime.block_on(server.received_requests()).unwrap();
    let headers = requests[0].headers.iter();
    headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

fn value<'h>(headers: &'h [(String, String)], name: &str) -> Vec<&'h str> {
    headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
}

#[test]
fn a_kubeconfig_s_token_is_not_sent_in_the_clear_but_others_are() {
    let headers = shown(|command, folder| {
        fs::write(folder.join("kubeconfig"), KUBECONFIG).unwrap();
        command.env("KUBECONFIG", folder.join("kubeconfig"));
    });
    assert_eq!(value(&headers, "authorization"), Vec::<&str>::new());
    let headers = shown(|command, _| {
        command.env("KITE_TOKEN", "mine").args(["--as", "joe", "--as-group", "a", "--as-group", "b"]);
    });
    assert_eq!(value(&headers, "authorization"), ["Bearer mine"]);
    assert_eq!(value(&headers, "impersonate-user"), ["joe"]);
    assert_eq!(value(&headers, "impersonate-group"), ["a", "b"]);
    assert!(value(&headers, "user-agent")[0].starts_with("kite/"));
}

#[test]
fn a_sign_in_plugin_of_the_kubeconfig_is_asked_and_its_failure_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (plugin, asked) = (folder.path().join("plugin"), folder.path().join("asked"));
    let credential = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": "from-plugin"}});
    fs::write(&plugin, format!("#!/bin/sh\ntouch {}\necho '{credential}'\n", asked.display())).unwrap();
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    fs::write(&kubeconfig, KUBECONFIG.replace("PLUGIN", plugin.to_str().unwrap())).unwrap();
    // Nobody listens there, so that the token goes nowhere; a plugin is asked before.
    let list = || {
        let mut command = crate::support::kite(folder.path());
        command.env("KUBECONFIG", &kubeconfig).args(["list", "--context", "west", "--server", "https://127.0.0.1:1"]);
        ran(&mut command)
    };
    assert_eq!(list().code, 3);
    assert!(asked.exists());
    fs::remove_file(&asked).unwrap();
    let mut tab = crate::support::kite(folder.path());
    tab.env("KUBECONFIG", &kubeconfig).env("COMPLETE", "fish");
    let line = ["--", "kite", "--server", "https://127.0.0.1:1", "--context", "west", "get", ""];
    ran(tab.args(line)).fine();
    assert!(!asked.exists(), "whoever presses Tab is not signed in");
    fs::write(&plugin, "#!/bin/sh\nexit 1\n").unwrap();
    let failed = list();
    assert!(failed.code == 4 && failed.words.contains("failed to get the token of context `west`"), "{failed:?}");
}
