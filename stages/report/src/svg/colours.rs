//! One colour per arm, the same in every figure. The colours themselves are in `reports/templates/figure.css`.

use crate::params::{ModelNote, Params};
use std::collections::BTreeMap;

/// Hues that can be told apart with any common colour vision, besides the neutral ink (hue 0) of base models.
const HUES: usize = 10;

/// Colour class and whether the line is long-dashed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Slot {
    hue: usize,
    dashed: bool,
}

/// Model id to colour.
#[derive(Clone, Debug, Default)]
pub struct Colours {
    slots: BTreeMap<String, Slot>,
}

impl Colours {
    /// Base models take the ink. RL algorithms count the hues upwards, other arms (distilled first) downwards, ablations go on, dashed, where
    /// the algorithms end: arms that meet in a figure differ as long as there are hues.
    pub fn of(params: &Params) -> Self {
        let models = &params.models;
        let plain = names(models, |m| m.role == "rl" && m.ablation.is_empty());
        let ablated = names(models, |m| m.role == "rl" && !m.ablation.is_empty());
        let mut others: Vec<&ModelNote> = models.iter().filter(|m| m.role != "rl" && m.role != "base").collect();
        others.sort_by_key(|m| ["distilled", "instruct", "teacher", "control"].iter().position(|role| *role == m.role).unwrap_or(4));
        let others = names(others, |_| true);
        let free = HUES.saturating_sub(plain.len()).max(1);
        let slot = |model: &ModelNote| {
            let at = |list: &[String]| list.iter().position(|name| *name == line(model));
            match (model.role.as_str(), at(&plain), at(&ablated), at(&others)) {
                ("base", ..) => Slot::default(),
                ("rl", Some(i), ..) if model.ablation.is_empty() => Slot { hue: i % HUES + 1, dashed: i >= HUES },
                ("rl", _, Some(i), _) => Slot { hue: (plain.len() + i) % HUES + 1, dashed: true },
                (_, _, _, i) => Slot { hue: HUES - i.unwrap_or(0) % free, dashed: i.unwrap_or(0) >= free },
            }
        };
        Colours { slots: models.iter().map(|model| (model.id.clone(), slot(model))).collect() }
    }

    /// Gives ids that have none the next hues, in this order; a true flag says that the id is a base model.
    pub fn extend(mut self, ids: &[(String, bool)]) -> Self {
        let mut next = self.slots.values().filter(|slot| slot.hue < HUES / 2 + 1).map(|slot| slot.hue).max().unwrap_or(0);
        for (id, is_base) in ids.iter().filter(|(id, _)| !id.is_empty()) {
            if self.slots.contains_key(id) {
                continue;
            }
            next += usize::from(!is_base);
            let slot = if *is_base { Slot::default() } else { Slot { hue: (next - 1) % HUES + 1, dashed: next > HUES } };
            self.slots.insert(id.clone(), slot);
        }
        self
    }

    /// The class that carries the colour; neutral grey for what is no model. `hue:3` names a hue directly, for series that are no models.
    pub fn class(&self, id: &str) -> String {
        if let Some(hue) = id.strip_prefix("hue:") {
            return format!("c{hue}");
        }
        self.slots.get(id).map_or("cn".to_string(), |slot| format!("c{}", slot.hue))
    }

    /// Whether the line is long-dashed: an ablation, or a later round through the hues.
    pub fn dashed(&self, id: &str) -> bool {
        self.slots.get(id).is_some_and(|slot| slot.dashed)
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

/// The distinct lines of some models, in order.
fn names<'a>(models: impl IntoIterator<Item = &'a ModelNote>, wanted: impl Fn(&ModelNote) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    for name in models.into_iter().filter(|model| wanted(model)).map(line) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str, arm: &str, role: &str) -> ModelNote {
        ModelNote { id: id.into(), arm: arm.into(), role: role.into(), ..Default::default() }
    }

    fn colours(models: Vec<ModelNote>) -> Colours {
        Colours::of(&Params { models, ..Default::default() })
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
        let colours = colours(models).extend(&[("new".into(), false), ("old".into(), true)]);
        let classes: Vec<_> =
            ["s", "s-grpo", "l", "l-grpo", "d", "new", "old", "walk", "hue:7"].iter().map(|id| colours.class(id)).collect();
        assert_eq!(classes, ["c0", "c1", "c0", "c1", "c10", "c2", "c0", "cn", "c7"]);
    }

    #[test]
    fn checkpoints_of_one_algorithm_share_a_hue_and_ablations_are_dashed() {
        let rl = |id: &str, algorithm: &str, ablation: &str| ModelNote {
            algorithm: algorithm.into(),
            ablation: ablation.into(),
            ..model(id, id, "rl")
        };
        let colours = colours(vec![rl("grpo", "grpo", ""), rl("grpo-100", "grpo", ""), rl("ppo", "ppo", ""), rl("kl", "grpo", "kl=0.01")]);
        let classes: Vec<_> = ["grpo", "grpo-100", "ppo", "kl"].iter().map(|id| (colours.class(id), colours.dashed(id))).collect();
        assert_eq!(classes, [("c1".into(), false), ("c1".into(), false), ("c2".into(), false), ("c3".into(), true)]);
    }

    #[test]
    fn more_arms_than_hues_start_again_with_a_dash() {
        let colours = colours((0..12).map(|i| model(&format!("m{i}"), "", "rl")).collect());
        assert_eq!((colours.class("m0"), colours.class("m10")), ("c1".to_string(), "c1".to_string()));
        assert!(!colours.dashed("m9") && colours.dashed("m10"));
    }

    #[test]
    fn distilled_models_come_before_controls_and_differ_from_algorithms() {
        let mut models: Vec<ModelNote> = (0..6).map(|i| model(&format!("rl{i}"), "", "rl")).collect();
        models.extend((0..4).map(|i| model(&format!("control{i}"), "", "control")));
        models.push(model("d", "", "distilled"));
        let colours = colours(models);
        assert_eq!((colours.class("d"), colours.dashed("d"), colours.class("control0")), ("c10".to_string(), false, "c9".to_string()));
        assert!(colours.dashed("control3"));
    }
}
