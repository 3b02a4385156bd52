//! Kills, damage, full disks and read-only stores.

mod toy;

use beyond_runner::{Graph, State, Status};
use beyond_stage::Digest;
use serde_json::json;
use std::fs;
use std::os::unix::fs::symlink;
use toy::{Lab, count, graph, names, step, write};

fn pair() -> Graph {
    graph(vec![write("a", "abc", &[]), count("n", "a")])
}

fn key(lab: &Lab, steps: &Graph, i: usize) -> Digest {
    match &lab.survey(steps).statuses[i] {
        Status::Run { key, .. } => *key,
        Status::Hit(record) => record.key,
        other => panic!("{other:?}"),
    }
}

#[test]
fn leftovers_of_a_killed_run_are_neither_used_nor_in_the_way() {
    let lab = Lab::new();
    let steps = pair();
    let key = key(&lab, &steps, 0);
    // killed while the stage wrote; killed after a rename into the content, before the record; killed while writing the record
    let half = lab.store.root().join(format!("temporary/{key}"));
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("text.txt"), "ab").unwrap();
    fs::write(half.join("other.txt"), "x").unwrap();
    let digest = Digest::of(b"abc").to_string();
    let content = lab.store.root().join("content").join(&digest[..2]);
    fs::create_dir_all(&content).unwrap();
    fs::write(content.join(&digest), "torn").unwrap();
    fs::write(lab.store.root().join(format!("temporary/{key}.json")), "{\"key\": \"").unwrap();
    assert_eq!(lab.ran(&steps), ["count(abc)", "write(abc)"]);
    assert_eq!(fs::read(content.join(&digest)).unwrap(), b"abc");
    assert!(lab.listing("temporary").is_empty());
    let record = lab.store.records().unwrap().into_iter().find(|record| record.key == key).unwrap();
    assert_eq!(record.outputs.keys().collect::<Vec<_>>(), ["text.txt"]);
}

#[test]
fn a_damaged_record_is_a_miss_and_says_so() {
    let lab = Lab::new();
    let steps = pair();
    lab.run(&steps);
    let path = lab.store.root().join(format!("actions/{}.json", key(&lab, &steps, 0)));
    fs::write(&path, &fs::read(&path).unwrap()[..100]).unwrap();
    assert_eq!(lab.ran(&steps), ["write(abc)"]);
    assert!(lab.notes().contains("a: its record") && lab.notes().contains("is damaged"), "{}", lab.notes());
}

#[test]
fn a_removed_artifact_is_made_again() {
    let lab = Lab::new();
    let steps = pair();
    let summary = lab.run(&steps);
    fs::remove_file(lab.store.content(&summary.state("a").unwrap().record().unwrap().outputs["text.txt"])).unwrap();
    assert_eq!(lab.ran(&steps), ["write(abc)"]);
    assert!(lab.notes().contains("its artifact \"text.txt\" is no longer in the store"), "{}", lab.notes());
}

/// Flips a byte without changing the size, through the read-only bit.
fn flip(lab: &Lab, steps: &Graph, step: &str) -> std::path::PathBuf {
    let path = lab.store.content(&lab.run(steps).state(step).unwrap().record().unwrap().outputs["text.txt"]);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "abX").unwrap();
    path
}

#[test]
fn a_flipped_byte_is_found_when_a_step_reads_it_and_rebuilt() {
    let lab = Lab::new();
    lab.run(&pair());
    let path = flip(&lab, &pair(), "a");
    let more = graph(vec![write("a", "abc", &[]), count("n", "a"), write("late", "", &["a"]), write("later", "-", &["a"])]);
    assert_eq!(lab.ran(&more), ["write(-ABC)", "write(ABC)", "write(abc)"]);
    assert_eq!(fs::read(path).unwrap(), b"abc");
    assert!(lab.notes().contains("of step \"a\", read by step") && lab.notes().contains("is damaged"), "{}", lab.notes());
}

#[test]
fn what_reads_a_rebuilt_artifact_with_other_bytes_follows_it() {
    let lab = Lab::new();
    let first = graph(vec![step("m", "moody", json!({}), &[])]);
    lab.run(&first);
    flip(&lab, &first, "m");
    // sizes differ ("abX" against one digit): a miss at once; so flip within the size
    let summary = lab.run(&first);
    let path = lab.store.content(&summary.state("m").unwrap().record().unwrap().outputs["text.txt"]);
    let wrong = "?".repeat(fs::read(&path).unwrap().len());
    fs::remove_file(&path).unwrap();
    fs::write(&path, wrong).unwrap();
    let both = graph(vec![step("m", "moody", json!({}), &[]), write("x", "", &["m"]), write("y", "=", &["m"])]);
    let summary = lab.run(&both);
    assert_eq!(summary.exit_code(), 0, "{summary:?}");
    assert_eq!(lab.text(&summary, "x"), lab.text(&summary, "m"));
}

#[test]
fn a_full_disk_leaves_nothing_half_made() {
    let lab = Lab::new();
    let summary = lab.run(&graph(vec![step("bad", "trouble", json!({"text": "full disk"}), &[])]));
    let State::Failed(error) = summary.state("bad").unwrap() else { panic!("{summary:?}") };
    assert!(format!("{error:#}").contains("No space left"), "{error:#}");
    for folder in ["actions", "content", "temporary", "scratch"] {
        assert!(lab.listing(folder).is_empty(), "{folder}");
    }
}

#[test]
fn a_record_that_cannot_be_written_is_no_record() {
    let lab = Lab::new();
    let steps = pair();
    let record = lab.store.root().join(format!("temporary/{}.json", key(&lab, &steps, 0)));
    fs::create_dir_all(record.parent().unwrap()).unwrap();
    symlink("/dev/full", &record).unwrap();
    let summary = lab.run(&steps);
    let State::Failed(error) = summary.state("a").unwrap() else { panic!("{summary:?}") };
    assert!(format!("{error:#}").contains("is the disk full?"), "{error:#}");
    assert_eq!(summary.in_state("blocked"), ["n"]);
    assert!(lab.listing("actions").is_empty() && lab.listing("temporary").is_empty());
    assert_eq!(lab.ran(&steps), ["count(abc)", "write(abc)"]);
}

#[test]
fn content_that_cannot_be_placed_fails_the_step_only() {
    let lab = Lab::new();
    fs::create_dir_all(lab.store.root()).unwrap();
    fs::write(lab.store.root().join("content"), "in the way").unwrap();
    let summary = lab.run(&pair());
    assert_eq!((summary.in_state("failed"), summary.in_state("blocked")), (vec!["a"], vec!["n"]));
    assert!(lab.listing("actions").is_empty() && lab.listing("temporary").is_empty());
}

#[test]
fn a_store_that_cannot_be_made_fails_with_its_path() {
    let mut lab = Lab::new();
    let file = lab.dir.path().join("file");
    fs::write(&file, "").unwrap();
    lab.store = beyond_runner::Store::new(&file.join("artifacts"));
    let summary = lab.run(&pair());
    let State::Failed(error) = summary.state("a").unwrap() else { panic!("{summary:?}") };
    assert!(error.to_string().contains("cannot create") && error.to_string().contains("file/artifacts"), "{error}");
}

#[test]
fn a_damaged_folder_in_the_content_is_replaced_and_an_intact_one_kept() {
    let lab = Lab::new();
    let steps = graph(vec![write("a", "abc", &[]), step("p", "pack", json!({}), &["a"])]);
    let record = lab.run(&steps).state("p").unwrap().record().unwrap().clone();
    let folder = lab.store.content(&record.outputs["box"]);
    for damaged in [false, true] {
        if damaged {
            fs::write(folder.join("stray"), "x").unwrap();
        }
        fs::remove_file(lab.store.root().join(format!("actions/{}.json", record.key))).unwrap();
        assert_eq!(lab.ran(&steps), ["pack"]);
        assert_eq!(names(&folder), ["0.txt"]);
        assert!(lab.listing("temporary").is_empty());
    }
}
