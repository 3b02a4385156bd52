//! What a step will cost, from what it asks for and from what earlier steps of its kind took.

use crate::history::{self, History, Rate};
use crate::record::{ParentSource, Record};
use crate::resolve::Resolver;
use crate::survey::{Status, Survey};
use anyhow::Result;
use serde::Serialize;

/// Expected work of a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Work {
    /// Unit.
    pub unit: String,
    /// Units of the whole step.
    pub amount: u64,
    /// Units that an earlier run left and this one will probably re-use.
    pub reused: u64,
}

/// Expected cost of one step that is not there.
#[derive(Clone, Debug, Default)]
pub struct Estimate {
    /// Expected work, where the stage or history can tell.
    pub work: Option<Work>,
    /// Expected thread-seconds; None without history.
    pub seconds: Option<f64>,
    /// Expected tokens.
    pub tokens: Option<f64>,
}

/// An amount of work by [`beyond_stage::Stage::work`].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Amount {
    unit: &'static str,
    units: u64,
    /// Whether the amounts of the step's inputs are part of it. Where an input's amount is not known, it is not.
    whole: bool,
}

impl Amount {
    fn new((unit, own): (&'static str, u64), per: Option<Option<u64>>) -> Self {
        match per {
            None => Amount { unit, units: own, whole: true },
            Some(Some(inputs)) => Amount { unit, units: own * inputs, whole: true },
            Some(None) => Amount { unit, units: own, whole: false },
        }
    }
}

impl Estimate {
    /// Estimates step `i` of a surveyed graph.
    pub fn new(survey: &Survey, history: &History, i: usize) -> Result<Self> {
        let (id, stage) = (survey.id(i), survey.resolver.stage(i));
        let whole = history.whole(id, stage.name());
        let Some(asked) = amount(&survey.resolver, i)? else { return Ok(Estimate { seconds: whole, ..Estimate::default() }) };
        let past = |record: &Record| {
            past_amount(&survey.resolver, history, record).filter(|past| past.whole == asked.whole).map(|past| past.units)
        };
        match history.rate(id, stage.name(), past) {
            Some(rate) => Ok(Self::at_rate(&rate, asked.units, reusable(survey, history, i))),
            None => {
                let work = Work { unit: in_words(asked, stage.work_per()), amount: asked.units, reused: 0 };
                Ok(Estimate { work: Some(work), seconds: whole, tokens: None })
            }
        }
    }

    fn at_rate(rate: &Rate, asked: u64, reusable: u64) -> Self {
        let amount = (rate.units * asked as f64).round() as u64;
        let reused = reusable.min(amount);
        let missing = (amount - reused) as f64;
        Estimate {
            seconds: Some(rate.seconds * missing),
            tokens: (rate.tokens > 0.0).then_some(rate.tokens * missing),
            work: Some(Work { unit: rate.unit.clone(), amount, reused }),
        }
    }
}

fn in_words(amount: Amount, per: Option<&str>) -> String {
    match per {
        Some(role) if !amount.whole => format!("{} for each of the {role}", amount.unit),
        _ => amount.unit.to_string(),
    }
}

/// What step `i` asks for.
fn amount(resolver: &Resolver, i: usize) -> Result<Option<Amount>> {
    let stage = resolver.stage(i);
    let Some(own) = stage.work(resolver.params(i))? else { return Ok(None) };
    let Some(role) = stage.work_per() else { return Ok(Some(Amount::new(own, None))) };
    let mut made = Vec::new();
    for binding in resolver.graph.steps()[i].inputs.iter().filter(|binding| binding.role == role) {
        made.push(resolver.graph.producer(&binding.source).map(|parent| amount(resolver, parent)).transpose()?.flatten());
    }
    Ok(Some(Amount::new(own, total(made))))
}

/// What the step of a record asked for. None for params of an older version, too.
fn past_amount(resolver: &Resolver, history: &History, record: &Record) -> Option<Amount> {
    let stage = resolver.stage_named(&record.ingredients.stage)?;
    let own = stage.work(&record.ingredients.params).ok().flatten()?;
    let Some(role) = stage.work_per() else { return Some(Amount::new(own, None)) };
    let made = |source: &ParentSource| match source {
        ParentSource::Action { key, .. } => past_amount(resolver, history, history.record(*key)?),
        ParentSource::Path(_) => None,
    };
    let parents = record.parents.iter().filter(|parent| parent.role == role);
    Some(Amount::new(own, total(parents.map(|parent| made(&parent.from)).collect())))
}

/// Units of all inputs together: None without inputs, Some(None) when one of them is not known.
fn total(made: Vec<Option<Amount>>) -> Option<Option<u64>> {
    let known = |made: Option<Amount>| made.filter(|made| made.whole).map(|made| made.units);
    (!made.is_empty()).then(|| made.into_iter().map(known).sum())
}

/// Units that an earlier run of the same step left behind, when this one only asks for more of the same and its stage keeps a journal.
fn reusable(survey: &Survey, history: &History, i: usize) -> u64 {
    let Status::Run { ingredients, .. } = &survey.statuses[i] else { return 0 };
    if !survey.resolver.stage(i).tops_up() {
        return 0;
    }
    let earlier =
        history.records().iter().filter(|record| record.step == survey.id(i) && history::extends(ingredients, &record.ingredients));
    earlier.map(|record| record.effort.found + record.effort.done).max().unwrap_or(0)
}
