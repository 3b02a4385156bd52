//! One colour per arm, the same in every figure. The colours themselves are in `reports/templates/figure.css`.

use crate::params::{ModelNote, Params};
use std::collections::BTreeMap;

/// Hues that can be told apart with any common colour vision; slot 0 is the neutral ink of base models.
const HUES: usize = 10;

/// Model id to colour slot.
#[derive(Clone, Debug, Default)]
pub struct Colours {
    slots: BTreeMap<String, usize>,
}

impl Colours {
    /// Base models take the neutral ink, every further arm the next hue, in the order of the spec.
    pub fn of(params: &Params) -> Self {
        let mut arms: Vec<String> = Vec::new();
        let mut slots = BTreeMap::new();
        for model in &params.models {
            let slot = if model.role == "base" { 0 } else { 1 + index_of(&mut arms, &line(model)) };
            slots.insert(model.id.clone(), slot);
        }
        Colours { slots }
    }

    /// Gives ids that have none the next free slots, in this order; a true flag says that the id is a base model.
    pub fn extend(mut self, ids: &[(String, bool)]) -> Self {
        for (id, is_base) in ids {
            let next = self.slots.values().max().map_or(0, |slot| slot + 1);
            self.slots.entry(id.clone()).or_insert(if *is_base { 0 } else { next.max(1) });
        }
        self
    }

    /// The class that carries the colour; neutral grey for what is no model. `hue:3` names a hue directly, for series that are no models.
    pub fn class(&self, id: &str) -> String {
        if let Some(hue) = id.strip_prefix("hue:") {
            return format!("c{hue}");
        }
        match self.slots.get(id) {
            Some(0) => "c0".to_string(),
            Some(slot) => format!("c{}", (slot - 1) % HUES + 1),
            None => "cn".to_string(),
        }
    }

    /// Second and later rounds through the hues are told apart by a long dash.
    pub fn repeats(&self, id: &str) -> bool {
        self.slots.get(id).is_some_and(|slot| *slot > HUES)
    }
}

/// What has one colour: all checkpoints and seeds of one RL algorithm with one ablation, else the arm.
fn line(model: &ModelNote) -> String {
    if model.role == "rl" && !model.algorithm.is_empty() {
        format!("{} {}", model.algorithm, model.ablation)
    } else {
        model.arm().to_string()
    }
}

fn index_of(arms: &mut Vec<String>, arm: &str) -> usize {
    arms.iter().position(|known| known == arm).unwrap_or_else(|| {
        arms.push(arm.to_string());
        arms.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str, arm: &str, role: &str) -> ModelNote {
        ModelNote { id: id.into(), arm: arm.into(), role: role.into(), ..Default::default() }
    }

    #[test]
    fn arms_share_a_colour_across_families_and_bases_are_neutral() {
        let models = vec![
            model("s", "base", "base"),
            model("s-grpo", "GRPO", "rl"),
            model("l", "base", "base"),
            model("l-grpo", "GRPO", "rl"),
            model("d", "distilled", "distilled"),
        ];
        let colours = Colours::of(&Params { models, ..Default::default() }).extend(&[("new".into(), false), ("old".into(), true)]);
        let classes: Vec<_> =
            ["s", "s-grpo", "l", "l-grpo", "d", "new", "old", "walk", "hue:7"].iter().map(|id| colours.class(id)).collect();
        assert_eq!(classes, ["c0", "c1", "c0", "c1", "c2", "c3", "c0", "cn", "c7"]);
    }

    #[test]
    fn more_arms_than_hues_start_again_with_a_dash() {
        let models = (0..12).map(|i| model(&format!("m{i}"), "", "rl")).collect();
        let colours = Colours::of(&Params { models, ..Default::default() });
        assert_eq!((colours.class("m0"), colours.class("m10")), ("c1".to_string(), "c1".to_string()));
        assert!(!colours.repeats("m9") && colours.repeats("m10"));
    }
}
