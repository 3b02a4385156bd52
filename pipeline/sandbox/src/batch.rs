//! Many programs at once: what is the same is judged once.

use crate::judge::Judgement;
use crate::sandbox::Prepared;
use crate::task::Task;
use beyond_record::Outcome;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Tasks are told apart by their address: comparing megabytes of inputs would cost more than judging.
pub fn address(task: &Task) -> usize {
    std::ptr::from_ref(task) as usize
}

/// Items grouped by (task, text).
pub struct Batch<'a> {
    pub distinct: Vec<Group>,
    pub tasks: HashMap<usize, OnceLock<Result<Prepared<'a>, Judgement>>>,
}

pub struct Group {
    pub first: usize,
    pub items: Vec<usize>,
    pub verdict: OnceLock<Judgement>,
}

impl<'a> Batch<'a> {
    pub fn new(items: &[(&'a Task, &'a str)]) -> Batch<'a> {
        let mut places: HashMap<(usize, &str), usize> = HashMap::new();
        let mut batch = Batch { distinct: Vec::new(), tasks: HashMap::new() };
        for (i, (task, text)) in items.iter().enumerate() {
            batch.tasks.entry(address(task)).or_default();
            let place = *places.entry((address(task), *text)).or_insert(batch.distinct.len());
            if place == batch.distinct.len() {
                batch.distinct.push(Group { first: i, items: Vec::new(), verdict: OnceLock::new() });
            }
            batch.distinct[place].items.push(i);
        }
        batch
    }

    pub fn verdicts(self, n: usize) -> Vec<Judgement> {
        let mut verdicts = vec![Judgement::new(Outcome::Unjudged, "not reached"); n];
        for group in self.distinct {
            if let Some(judgement) = group.verdict.get() {
                group.items.iter().for_each(|i| verdicts[*i] = judgement.clone());
            }
        }
        verdicts
    }
}
