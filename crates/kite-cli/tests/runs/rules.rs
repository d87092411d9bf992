//! Rule files before they are shipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use insta::assert_snapshot;
use jiff::Timestamp;
use kite_operator::judge::Judge;
use kite_operator::settings::Settings;
use kite_rules::RuleSet;
use serde_json::{Map, Value, json};

use crate::support::{Ran, kite};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/cluster-dump.yaml");
const GUIDE: &str = include_str!("../../../../docs/detectors.md");

const DETECTOR: &str = "\
apiVersion: kite.dev/v1alpha1
kind: Detector
metadata:
  name: cart
spec:
  watches:
    - group: shop.example.com
      kind: Cart
  let:
    broken: object.status.phase == 'Broken'
  reports:
    - failing: broken
      healthy: object.status.phase == 'Fine'
      namespace: ${object.metadata.namespace}
      issueType: pipeline
      scope:
        resourceType: cart
        resourceName: ${object.metadata.name}
      title: The cart ${object.metadata.name} is broken
      description: It is ${object.status.phase}
      severity: major
";

/// A folder with rule files, without any server.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = kite(self.0.path());
        command
            .current_dir(self.0.path())
            .env("KITE_SERVER", "http://127.0.0.1:1")
            .args(arguments)
            .output()
            .unwrap()
            .into()
    }
}

#[test]
fn every_mistake_is_found_with_its_place_and_a_hint() {
    let cases = [
        ("phase == 'Broken'", "phase === 'Broken'", "10:35", "Syntax error", "expressions are CEL"),
        ("broken: object", "broken: objekt", "10:13", "unknown name `objekt`", "did you mean `object`?"),
        ("failing: broken", "failing: brokn", "12:16", "unknown name `brokn`", "did you mean `broken`?"),
        ("failing: broken", "failing: size()", "12:20", "`size` does not take 0 arguments", "it takes 1"),
        (
            "${object.metadata.namespace}",
            "${lable(object, 'x')}",
            "14:25",
            "unknown function `lable`",
            "did you mean `label`?",
        ),
        (
            "${object.metadata.namespace}",
            "${config.clusterUri}",
            "14:26",
            "`config` has no field",
            "did you mean `clusterUrl`?",
        ),
        ("    - failing", "    - faling", "12:7", "unknown field `faling`", "did you mean `failing`?"),
        ("severity: major", "severity: mayor", "21:17", "`mayor` is none of", "did you mean `major`?"),
        ("severity: major", "severity: ${", "21:17", "`${` is never closed", "close it with `}`"),
        ("issueType: pipeline", "issueType: pipelines", "15:18", "`pipelines` is none of", "did you mean `pipeline`?"),
        ("      issueType: pipeline\n", "", "12:16", "needs `issueType`", "kite rules show"),
        ("kind: Detector", "kind: Detektor", "2:7", "expected `Detector`", "did you mean `Detector`?"),
        ("v1alpha1", "v9", "1:13", "expected `kite.dev/v1alpha1`", "write `apiVersion: kite.dev/v1alpha1`"),
        ("name: cart", "name: The Cart", "4:9", "a name is made of", "such as `my-detector`"),
        ("spec:\n", "spec:\n  uses: [objects]\n", "6:10", "unknown library `objects`", "did you mean `object`?"),
        ("  let:\n", "  let:\n    object: '1'\n", "10:5", "`object` is defined already", "kite rules show"),
        ("  let:\n", "  let:\n    a-b: '1'\n", "10:5", "`a-b` is not a name", "kite rules show"),
        (
            "  watches:\n    - group: shop.example.com\n      kind: Cart\n",
            "  watches: []\n",
            "4:9",
            "watches at least one kind",
            "kite rules show",
        ),
        ("  name: cart\n", "  nam: cart\n", "4:3", "unknown field `nam`", "did you mean `name`?"),
        ("metadata:\n  name: cart", "metadata: {name: [}", "3:1", "", "kite rules show"),
        ("      scope:\n", "      scop:\n", "16:7", "unknown field `scop`", "did you mean `scope`?"),
        ("kind: Detector\n", "kind: Detector\n\tx: 1\n", "2:7", "found a tab", "kite rules show"),
    ];
    let files = Files::new();
    for (number, (old, new, ..)) in cases.iter().enumerate() {
        assert_eq!(DETECTOR.matches(old).count(), 1, "{old}");
        files.write(&format!("{number:02}.yaml"), &DETECTOR.replace(old, new));
    }
    let ran = files.run(&["rules", "check", "."]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let mistakes: Vec<_> = ran.data.split_inclusive('\n').collect();
    for (number, (_, new, place, message, hint)) in cases.iter().enumerate() {
        let file = format!("./{number:02}.yaml:");
        let own: Vec<_> = mistakes.chunks(2).filter(|mistake| mistake[0].starts_with(&file)).collect();
        assert!(!own.is_empty(), "{new}: {}", ran.data);
        assert!(own[0][0].starts_with(&format!("{file}{place}")), "{new}: {own:?}");
        assert!(own[0][0].contains(message), "{new}: {own:?}");
        assert!(own.iter().all(|mistake| mistake[1].starts_with("  hint: ")), "{new}: {own:?}");
        assert!(own[0][1].contains(hint), "{new}: {own:?}");
    }
}

#[test]
fn sound_files_are_sound_and_whole_folders_are_checked() {
    let files = Files::new();
    files.write("cart.yaml", DETECTOR);
    assert_eq!(files.run(&["rules", "check", "cart.yaml"]).words, "it is sound\n");
    files.write(
        "cart2.yaml",
        &DETECTOR.replace("broken: object", "broken: objekt").replace("name: cart", "name: cart2"),
    );
    assert_snapshot!("check_folder", files.run(&["rules", "check", "."]).shown());
    let ran = files.run(&["rules", "check", "nothing.yaml"]);
    assert!(ran.code == 2 && ran.words.contains("failed to read `nothing.yaml`"), "{ran:?}");
}

#[test]
fn the_guide_s_detector_is_sound_and_says_what_the_guide_says() {
    let block = |words: &str| {
        let mut blocks = GUIDE.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        blocks.find(|block| block.contains(words)).unwrap()
    };
    let files = Files::new();
    files.write("certificate.yaml", block("name: certificate\n"));
    files.write("certificates.yaml", block("name: shop-tls"));
    files.run(&["rules", "check", "certificate.yaml"]).fine();
    let told = files.run(&["rules", "test", "certificate.yaml", "-f", "certificates.yaml"]).fine();
    assert!(told.contains("Certificate shop-tls is not ready"), "{told}");
}

#[test]
fn a_test_says_what_the_operator_would_report() {
    let judge = Judge::new(Arc::new(RuleSet::builtin()), &Settings::default());
    let dump: Value = yaml_serde::from_str(&fs::read_to_string(EXAMPLE).unwrap()).unwrap();
    let told = Files::new().run(&["rules", "test", "-f", EXAMPLE, "-o", "json"]).fine();
    let told: Value = serde_json::from_str(&told).unwrap();
    let objects = dump["items"].as_array().unwrap();
    assert_eq!(told["data"].as_array().map(Vec::len), Some(objects.len()));
    let now: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    for (object, told) in objects.iter().zip(told["data"].as_array().unwrap()) {
        let judgement = judge.judge(object, now, &Map::new()).unwrap();
        let reports: Vec<_> = judgement.said.iter().map(|said| json!(said.report)).collect();
        assert_eq!((&told["detector"], &told["reports"]), (&json!(judgement.detector), &json!(reports)));
    }
}

#[test]
fn a_backtest_shows_only_what_would_change() {
    let files = Files::new();
    let build = RuleSet::builtin_files().find(|(name, _)| name.ends_with("/build.yaml")).unwrap().1;
    files.write("same.yaml", build);
    let ran = files.run(&["rules", "backtest", "same.yaml", "-f", EXAMPLE]);
    assert_eq!((ran.data.as_str(), ran.words.as_str()), ("", "14 objects judged, 0 differently\n"));
    files.write(
        "build.yaml",
        &build
            .replace("name: build\n", "name: my-build\n")
            .replace("  priority: 20\n", "  priority: 5\n")
            .replace("neverRan ? 'critical'", "neverRan ? 'major'")
            .replace("title: Build of", "title: The build of"),
    );
    assert_snapshot!(
        "backtest",
        files.run(&["rules", "backtest", "build.yaml", "-f", EXAMPLE]).shown().replace(EXAMPLE, "[dump]")
    );
    files.write("broken.yaml", "kind: x");
    assert_eq!(files.run(&["rules", "backtest", "broken.yaml", "-f", EXAMPLE]).code, 1);
}

#[test]
fn the_files_that_come_with_kite_are_shown() {
    let files = Files::new();
    let names = files.run(&["rules", "show"]).fine();
    assert!(names.contains("detector  build\n") && names.contains("library   object\n"), "{names}");
    for (file, text) in RuleSet::builtin_files() {
        let name = Path::new(file).file_stem().unwrap().to_str().unwrap();
        assert!(files.run(&["rules", "show", name]).fine().contains(text.trim_end()), "{file}");
    }
    assert_eq!(files.run(&["rules", "show", "nothing"]).code, 1);
    let schema: Value = serde_json::from_str(&files.run(&["rules", "schema"]).fine()).unwrap();
    assert_eq!(schema["title"], json!("KITE rule file"));
}

#[test]
fn what_is_no_object_is_named() {
    let files = Files::new();
    files.write("x.yaml", "just text");
    let ran = files.run(&["rules", "test", "-f", "x.yaml"]);
    assert!(ran.code == 2 && ran.words.contains("x.yaml"), "{ran:?}");
    let ran = files.run(&["rules", "test", "-f", "nothing.yaml"]);
    assert!(ran.code == 2 && ran.words.contains("nothing.yaml"), "{ran:?}");
    files.write("job.yaml", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: b}\n");
    for command in [&["rules", "test"][..], &["rules", "backtest", "cart.yaml"]] {
        files.write("cart.yaml", DETECTOR);
        files.run(&[command, &["-f", "job.yaml"]].concat()).fine();
        let ran = files.run(&[command, &["-f", "job.yaml", "nothing.yaml"]].concat());
        assert!(ran.code == 1 && ran.words.contains("nothing.yaml: cannot be read"), "{ran:?}");
    }
}

#[test]
fn what_is_no_rule_file_is_not_sound() {
    let files = Files::new();
    let folder = files.0.path().join("rules");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("README.md"), "no rule").unwrap();
    let ran = files.run(&["rules", "check", "rules"]);
    assert!(ran.code == 2 && ran.words.contains("there is no rule file in `rules`"), "{ran:?}");
    fs::write(folder.join("large.yaml"), DETECTOR.to_owned() + &"# long\n".repeat(200_000)).unwrap();
    fs::write(folder.join("bytes.yaml"), b"\xff\xfe").unwrap();
    let ran = files.run(&["rules", "check", "rules"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.data.contains("rules/large.yaml:1:1: cannot be read: larger than 1 MiB"), "{ran:?}");
    assert!(ran.data.contains("rules/bytes.yaml:1:1: cannot be read"), "{ran:?}");
    let ran = files.run(&["rules", "check", "rules/large.yaml"]);
    assert!(ran.code == 2 && ran.words.contains("larger than 1 MiB"), "{ran:?}");
}
