//! BLAKE3 digests of bytes, files and folders.

use anyhow::{Context, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A 256-bit BLAKE3 digest, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(*blake3::hash(bytes).as_bytes())
    }

    /// Digest of the JSON of a value whose type has a fixed field order (structs, vectors, `BTreeMap`).
    pub fn of_value(value: &impl Serialize) -> Self {
        Digest::of(&serde_json::to_vec(value).expect("a key's ingredients are plain data and serialise"))
    }

    /// Digest of a file's bytes.
    pub fn of_file(path: &Path) -> Result<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut file = fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        std::io::copy(&mut file, &mut hasher).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Digest(*hasher.finalize().as_bytes()))
    }

    /// Digest of a file, or of a folder as the sorted list of (relative path, file digest).
    pub fn of_path(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Digest::of_file(path);
        }
        let mut listing = Vec::new();
        for file in files_below(path)? {
            let name = file.strip_prefix(path).expect("listed below the folder").to_string_lossy().into_owned();
            listing.push((name, Digest::of_file(&file)?));
        }
        Ok(Digest::of_value(&listing))
    }

    /// The raw bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From raw bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// The first 12 hexadecimal digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_string()
    }
}

/// All files below a folder, sorted by path.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("expected 64 hexadecimal digits, found {text:?}");
        if text.len() != 64 || !text.is_ascii() {
            return Err(expected());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| expected())?;
        }
        Ok(Digest(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_blake3_and_round_trips_as_text() {
        // b3sum of the empty input
        let empty = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(empty.parse::<Digest>().unwrap(), Digest::of(b""));
        assert!("af13".parse::<Digest>().unwrap_err().contains("64 hexadecimal digits"));
    }

    #[test]
    fn a_folder_digest_depends_on_names_and_bytes_only() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (dir, order) in [(&one, ["a", "b"]), (&two, ["b", "a"])] {
            for name in order {
                fs::write(dir.path().join(name), name).unwrap();
            }
        }
        assert_eq!(Digest::of_path(one.path()).unwrap(), Digest::of_path(two.path()).unwrap());
        fs::rename(two.path().join("a"), two.path().join("c")).unwrap();
        assert_ne!(Digest::of_path(one.path()).unwrap(), Digest::of_path(two.path()).unwrap());
    }
}
