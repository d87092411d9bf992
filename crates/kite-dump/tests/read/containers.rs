//! Where a dump may be: files, folders, archives.

use std::io::{Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::{Outcome, pod, write};

/// What a must-gather may hold: two pods and three other files.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("ns/b/pods/b.yaml", b"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: b\n".to_vec()),
        ("ns/a/pods.json", pod("a").to_string().into_bytes()),
        ("ns/a/c.json.gz", gzip(pod("c").to_string().as_bytes())),
        ("ns/a/pod.log", b"- error: [\n".to_vec()),
        ("version", b"4.20".to_vec()),
        ("inner.tar", tar(&[("d.json", pod("d").to_string().into_bytes())])),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_directory("ns/", zip::write::SimpleFileOptions::default()).unwrap();
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn short_names(outcome: &Outcome, folder: &Path) -> Vec<String> {
    let folder = format!("{}/", folder.display());
    outcome.items.iter().map(|item| item.origin.file.replace(&folder, "")).collect()
}

#[test]
fn archives_of_all_kinds_are_read_by_content_whatever_their_name() {
    let archives = [tar(&files()), gzip(&tar(&files())), zip(&files())];
    for archive in &archives {
        for name in ["dump.tgz", "dump.zip", "dump"] {
            let folder = TempDir::new().unwrap();
            let outcome = Outcome::of(&[write(folder.path(), name, archive)]);
            assert_eq!(outcome.messages(), [""; 0]);
            let expected = ["ns/a/c.json.gz", "ns/a/pods.json", "ns/b/pods/b.yaml"];
            let expected = expected.map(|member| format!("{name}!/{member}"));
            assert_eq!(short_names(&outcome, folder.path()), expected);
            assert_eq!((outcome.summary.files, outcome.summary.skipped), (3, 3));
        }
    }
}

#[test]
fn a_folder_is_searched_for_dumps_and_archives() {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files() {
        write(folder.path(), name, bytes);
    }
    let outcome = Outcome::of(&[folder.path().to_owned()]);
    assert_eq!(outcome.names(), ["Pod/d", "Pod/c", "Pod/a", "Pod/b"]);
    let expected = ["inner.tar!/d.json", "ns/a/c.json.gz", "ns/a/pods.json", "ns/b/pods/b.yaml"];
    assert_eq!(short_names(&outcome, folder.path()), expected);
    assert_eq!((outcome.summary.files, outcome.summary.skipped), (4, 2));
    // The end of an archive need not be read.
    assert!(outcome.summary.bytes <= outcome.summary.bytes_total);
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles() {
    let folder = TempDir::new().unwrap();
    let target = TempDir::new().unwrap();
    write(target.path(), "a.json", pod("a").to_string());
    std::os::unix::fs::symlink(target.path(), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("circle")).unwrap();
    let outcome = Outcome::of(&[folder.path().to_owned()]);
    assert_eq!(outcome.names(), ["Pod/a"]);
    assert_eq!(outcome.messages(), [""; 0]);
    assert_eq!(outcome.summary.skipped, 1);
}

#[test]
fn a_member_that_leads_out_of_its_archive_is_only_a_name() {
    let mut header = tar::Header::new_gnu();
    let bytes = pod("a").to_string().into_bytes();
    header.set_size(bytes.len() as u64);
    header.as_gnu_mut().unwrap().name[..13].copy_from_slice(b"../../a.json\0");
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header, bytes.as_slice()).unwrap();
    let outcome = Outcome::of_text("dump.tar", builder.into_inner().unwrap());
    assert!(outcome.items[0].origin.file.ends_with("dump.tar!/../../a.json"));
}

#[test]
fn what_comes_before_the_cut_in_a_truncated_archive_is_read() {
    let many: Vec<_> =
        (0..50).map(|number| (format!("{number:02}.json"), pod(&"x".repeat(3000)).to_string().into_bytes())).collect();
    let many: Vec<_> = many.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    for archive in [tar(&many), gzip(&tar(&many))] {
        let outcome = Outcome::of_text("dump.tar", &archive[..archive.len() / 2]);
        assert!((10..50).contains(&outcome.items.len()), "{}", outcome.items.len());
        assert!(!outcome.errors.is_empty());
    }
}

#[test]
fn a_broken_archive_does_not_stop_the_others() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "a.zip", &zip(&files())[..100]);
    write(folder.path(), "b.tar.gz", [0x1f, 0x8b, 0, 0]);
    write(folder.path(), "c.json", pod("c").to_string());
    let outcome = Outcome::of(&[folder.path().to_owned()]);
    assert_eq!(outcome.names(), ["Pod/c"]);
    assert_eq!(outcome.errors.len(), 2, "{:?}", outcome.messages());
}
