//! Files in a temporary folder, read as an import.

use super::log::Imported;
use super::{Source, SourceFile, read};
use crate::ImportParams;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// One import to be tried.
pub struct Fixture {
    pub params: ImportParams,
}

impl Fixture {
    pub fn new(format: &str) -> Self {
        let params = ImportParams {
            model: "m".into(),
            benchmark: "b".into(),
            setting: "s".into(),
            format: format.into(),
            only: Default::default(),
            columns: Default::default(),
            allow_ragged: false,
        };
        Fixture { params }
    }

    /// Imports (name, text) pairs; a name with `/` lies in a folder, and the folder is the input.
    pub fn read(&self, files: &[(&str, &str)]) -> Result<Imported> {
        let dir = tempfile::tempdir().unwrap();
        let mut inputs: Vec<PathBuf> = Vec::new();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            let input = dir.path().join(name.split('/').next().unwrap());
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
        self.read_paths(&inputs)
    }

    pub fn read_paths(&self, paths: &[PathBuf]) -> Result<Imported> {
        let files: Vec<SourceFile> = paths.iter().map(|path| SourceFile::new(path)).collect();
        read(&Source::new(&self.params, &files))
    }

    /// Asserts that the import is refused with a message that holds `part`.
    #[track_caller]
    pub fn refuses(&self, files: &[(&str, &str)], part: &str) {
        let error = self.read(files).expect_err(part);
        let message = format!("{error:#}");
        assert!(message.contains(part), "{message:?} does not hold {part:?}");
        assert!(error.is::<beyond_stage::UserError>(), "{message:?} is the user's to mend");
    }
}

/// A file of the shared data, or None (with a line) where the checkout has none beside it.
pub fn shared(path: &str) -> Option<PathBuf> {
    let up = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared/data").join(path));
    let found = up.into_iter().find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no shared data with {path}");
    }
    found
}
