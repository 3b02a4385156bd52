//! Fingerprints everything that decides the look of a report, so that a changed colour or query redoes the report and nothing else,
//! and lets tests and examples of this crate find the prebuilt DuckDB library.

use std::path::{Path, PathBuf};

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("cannot list {}: {e}", folder.display())) {
        let path = entry.expect("readable folder").path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

/// FNV-1a over names and bytes, in the order of names.
fn fingerprint(folders: &[&str]) -> u32 {
    let mut files = Vec::new();
    for folder in folders {
        println!("cargo:rerun-if-changed={folder}");
        files_below(Path::new(folder), &mut files);
    }
    files.sort();
    let mut hash: u32 = 0x811c_9dc5;
    for file in files {
        let name = file.to_string_lossy().replace('\\', "/").into_bytes();
        for byte in name.into_iter().chain(std::fs::read(&file).expect("readable file")) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=BEYOND_REPORT_FINGERPRINT={}", fingerprint(&["src", "figures", "../../reports/templates"]));
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    if let Ok(folder) = std::env::var("DUCKDB_LIB_DIR") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
