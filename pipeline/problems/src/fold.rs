//! The split: which prompts pretraining, RL and the tests may see.

/// One of three disjoint sets of visible prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fold {
    /// Pretraining documents, right and wrong: 70 %.
    Corpus,
    /// Problems that reinforcement learning trains on: 15 %.
    RlTrain,
    /// Held-out problems: 15 %.
    Test,
}

/// The fold of a visible prompt: the first 8 bytes of its BLAKE3 digest, little endian, modulo 100.
///
/// The split is by what the *model* sees, not by the hidden rest of a problem: two problems that look the same are in
/// the same fold. It is a function of the text alone, so no seed, order or family parameter can move a prompt.
pub fn fold(visible: &str) -> Fold {
    let digest = blake3::hash(visible.as_bytes());
    let mut head = [0u8; 8];
    head.copy_from_slice(&digest.as_bytes()[..8]);
    match u64::from_le_bytes(head) % 100 {
        0..70 => Fold::Corpus,
        70..85 => Fold::RlTrain,
        _ => Fold::Test,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_70_15_15() {
        let mut counts = [0usize; 3];
        for i in 0..20_000 {
            counts[fold(&format!("f:{i}>")) as usize] += 1;
        }
        // Binomial standard deviations: 65, 50, 50; five of them.
        assert!(counts[0].abs_diff(14_000) < 325, "{counts:?}");
        assert!(counts[1].abs_diff(3_000) < 250, "{counts:?}");
        assert!(counts[2].abs_diff(3_000) < 250, "{counts:?}");
    }

    #[test]
    fn golden_folds_do_not_move() {
        // A change here would silently mix training and test prompts of every stored artifact.
        let folds: Vec<Fold> = ["f:0,2,4,6,8,10>", "25,7,3,2:44>", "3,7,9:a+b>", "", "e:24,7,3>"].map(fold).to_vec();
        assert_eq!(folds, GOLDEN);
    }

    const GOLDEN: [Fold; 5] = [Fold::Test, Fold::Corpus, Fold::Corpus, Fold::Corpus, Fold::RlTrain];
}
