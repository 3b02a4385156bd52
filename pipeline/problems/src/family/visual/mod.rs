//! `visual`: questions about small grey pictures: read and sort bars, find shapes, compare positions.
//!
//! A picture is 32 x 32 pixels, 16 patches; the model reads the patches before the prompt, a person looks at the PNG. Bars a
//! to d are 0..=9 units high: `read>` asks for all heights, `a3,b7,c1,d5`; `up>` and `down>` for the bars in order,
//! `c1,a3,d5,b7`. Cells 1 to 16 hold a square, a cross, a frame, nothing, and one cell a ring: `find:square>` asks for
//! the cells that hold one, `3,7,12,14`; `left:square>` for those in a column left of the ring's.
//!
//! Why this design:
//! * Answers are lists, so guessing without looking is hopeless: 10,000 possible bar readings, and 1820 or more
//!   sets of cells (a problem has 4 to 7). Single counts or yes/no questions would be guessed at k = 256.
//! * Two styles each: the answer at once, or with a written perception step (`a3,b7,c1,d5;c1,a3,d5,b7`, all cells of the
//!   shape before those left of the ring) that is checked apart.
//! * The fold is decided by the question and by what is *shown*, not by the pixels: the same scene with other noise is
//!   the same prompt.
//! * Frames are in every picture but never asked for (exposure `none`), crosses and falling order rarely.

mod draw;
mod scene;

use super::{Document, Draft, Exposure, Family, Judgement, Marks, Steps, Wanted};
use crate::{Fold, Picture, Rng, fold};
use anyhow::{Context, Result, ensure};
use beyond_record::Problem;
use scene::{Question, Scene};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Parameters of the family; the defaults are the design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Corpus weights of levels 1..=4.
    pub level_weights: [f64; 4],
    /// Share of the documents of levels 2 to 4 that ask a rare question.
    pub rare: f64,
    /// Share of documents with a written perception step.
    pub stepwise: f64,
    /// Share of wrong documents.
    pub wrong: f64,
}

impl Default for Params {
    fn default() -> Self {
        Params { level_weights: [0.25, 0.25, 0.25, 0.25], rare: 0.05, stepwise: 0.5, wrong: 0.25 }
    }
}

/// What the judge needs: the answer, and what the picture shows.
#[derive(Serialize, Deserialize)]
struct Gold {
    answer: String,
    scene: String,
}

/// What decides the fold.
fn visible(question: Question, scene: &Scene) -> String {
    format!("{}{}", question.prompt(), scene.text())
}

/// The perception step of a question: what it must be answered from.
fn perceived(question: Question) -> Option<Question> {
    match question {
        Question::Up | Question::Down => Some(Question::Read),
        Question::Left(shape) => Some(Question::Find(shape)),
        Question::Read | Question::Find(_) => None,
    }
}

/// Question and scene of a problem.
fn read(problem: &Problem) -> Option<(Question, Scene)> {
    let gold: Gold = serde_json::from_str(&problem.gold).ok()?;
    Some((Question::read(&problem.prompt)?, Scene::read(&gold.scene)?))
}

struct Visual {
    params: Params,
}

/// The family with these parameters. Errs on parameters outside their ranges.
pub fn build(params: Params) -> Result<Box<dyn Family>> {
    let shares = [params.rare, params.stepwise, params.wrong];
    ensure!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "visual: shares must be in 0..=1");
    Ok(Box::new(Visual { params }))
}

/// The response about a scene in a style.
fn response(question: Question, scene: &Scene, stepwise: bool) -> String {
    let step = perceived(question).filter(|_| stepwise).map(|step| scene.answer(step) + ";");
    step.unwrap_or_default() + &scene.answer(question)
}

impl Visual {
    fn draft_of(&self, rng: &mut Rng, question: Question, scene: &Scene, level: u32) -> Draft {
        let picture = match scene {
            Scene::Bars(heights) => draw::bars(rng, heights),
            Scene::Shapes(cells) => draw::shapes(rng, cells),
        };
        Draft {
            prompt: question.prompt(),
            visible: visible(question, scene),
            gold: serde_json::json!(Gold { answer: scene.answer(question), scene: scene.text() }).to_string(),
            picture: Some(picture),
            solution: response(question, scene, true),
            level,
            exposure: question.exposure(),
        }
    }

    /// A question that the corpus may ask.
    fn corpus_question(&self, rng: &mut Rng, level: u32) -> Question {
        let exposure = if level > 1 && rng.chance(self.params.rare) { Exposure::Rare } else { Exposure::Common };
        let questions = Question::of(level).iter().copied();
        rng.pick(&questions.filter(|question| question.exposure() == exposure).collect::<Vec<_>>())
    }

    /// The scene as seen wrongly at one place.
    fn misread(&self, rng: &mut Rng, scene: &Scene) -> Scene {
        match scene {
            Scene::Bars(heights) => {
                let mut heights = heights.clone();
                let bar = rng.below(heights.len());
                heights[bar] = (heights[bar] + rng.pick(&[-2, -1, 1, 2])).clamp(0, 9);
                Scene::Bars(heights)
            }
            Scene::Shapes(cells) => {
                let mut cells = cells.clone();
                let (one, other) = (rng.below(cells.len()), rng.below(cells.len()));
                cells.swap(one, other);
                Scene::Shapes(cells)
            }
        }
    }
}

impl Family for Visual {
    fn name(&self) -> &'static str {
        "visual"
    }

    fn levels(&self) -> RangeInclusive<u32> {
        1..=4
    }

    fn stratum(&self, level: u32) -> String {
        ["read bars", "sort bars", "find shapes", "shapes left of the ring"][level as usize - 1].to_string()
    }

    fn draft(&self, rng: &mut Rng, level: u32, exposure: Option<Exposure>, wanted: Wanted) -> Option<Draft> {
        let fits = |question: &Question| exposure.is_none_or(|asked| asked == question.exposure());
        let questions: Vec<Question> = Question::of(level).iter().copied().filter(fits).collect();
        if questions.is_empty() {
            return None;
        }
        let question = rng.pick(&questions);
        let scene = Scene::draw(rng, question)?;
        wanted(&visible(question, &scene)).then(|| self.draft_of(rng, question, &scene, level))
    }

    /// Wrong documents answer as if one bar had another height, or as if the contents of two cells were exchanged.
    fn document(&self, seed: u64, index: u64) -> Document {
        let mut rng = Rng::keyed("visual/document", seed, index);
        let level = rng.weighted(&self.params.level_weights) as u32 + 1;
        let question = self.corpus_question(&mut rng, level);
        let stepwise = rng.chance(self.params.stepwise) && perceived(question).is_some();
        let wrong = rng.chance(self.params.wrong);
        let style = if stepwise { "stepwise" } else { "direct" };
        let exposure = question.exposure();
        loop {
            let Some(scene) = Scene::draw(&mut rng, question) else { continue };
            if fold(&visible(question, &scene)) != Fold::Corpus {
                continue;
            }
            let seen = if wrong { self.misread(&mut rng, &scene) } else { scene.clone() };
            if wrong && (seen.answer(question) == scene.answer(question) || seen.answer(question).is_empty()) {
                continue;
            }
            let draft = self.draft_of(&mut rng, question, &scene, level);
            return Document { draft, response: response(question, &seen, stepwise), correct: !wrong, style, exposure };
        }
    }

    fn verify(&self, problem: &Problem, completion: &str) -> Judgement {
        let Ok(gold) = serde_json::from_str::<Gold>(&problem.gold) else { return Judgement::unjudged(problem) };
        let answer = completion.rsplit(';').next().unwrap_or_default();
        if answer.is_empty() {
            return Judgement::unparsed("there is no answer");
        }
        Judgement::of(answer == gold.answer, answer, format!("expected {}", gold.answer))
    }

    /// Each listed bar or cell is a step; so is each part's completeness.
    fn process(&self, problem: &Problem, completion: &str) -> Steps {
        let Some((question, scene)) = read(problem) else { return Steps::unchecked("the problem cannot be read") };
        let parts: Vec<&str> = completion.split(';').collect();
        let asked = match (perceived(question), &parts[..]) {
            (Some(first), [_, _]) => vec![first, question],
            _ => vec![question],
        };
        let mut marks = Marks::default();
        for (i, part) in parts.iter().enumerate() {
            match asked.get(i) {
                None => marks.step(part, Some("not asked for".to_string())),
                Some(question) => check(part, &scene.answer(*question), &mut marks),
            }
        }
        marks.finish()
    }

    fn solve(&self, problem: &Problem) -> Option<String> {
        let (question, scene) = read(problem)?;
        Some(response(question, &scene, true))
    }

    /// Bars: one in 10,000. Cells: the number of cells is drawn from 4..=7, then a set of that size.
    fn chances(&self, problems: &[Problem]) -> Result<Vec<f64>> {
        let chance = |problem: &Problem| {
            let (question, scene) = read(problem).with_context(|| format!("{}: not a visual problem", problem.problem_id))?;
            let sets = |size: usize| (0..size).fold(1.0, |n, i| n * (16 - i) as f64 / (i + 1) as f64);
            Ok(if question.is_about_bars() { 1e-4 } else { 0.25 / sets(scene.cells(question).len()) })
        };
        problems.iter().map(chance).collect()
    }

    fn control_words(&self) -> String {
        "does not look at the picture: uniform heights of all bars, or a uniform number of cells from 4 to 7 and then a \
         uniform set of that size; exact"
            .to_string()
    }

    fn visible(&self, problem: &Problem) -> String {
        read(problem).map(|(question, scene)| visible(question, &scene)).unwrap_or_default()
    }
}

/// Marks a written list against the right one, item by item.
fn check(part: &str, right: &str, marks: &mut Marks) {
    let expected: Vec<&str> = right.split(',').collect();
    let written: Vec<&str> = part.split(',').collect();
    for (i, item) in written.iter().enumerate() {
        let fault = match (expected.get(i), expected.contains(item)) {
            (Some(wanted), _) if wanted == item => None,
            (_, true) => Some("out of order".to_string()),
            _ => Some("not in the picture".to_string()),
        };
        marks.step(item, fault);
    }
    for item in expected.iter().filter(|item| !written.contains(item)) {
        marks.step("(end)", Some(format!("{item} is missing")));
    }
}

/// Patches of a problem's picture, for the model. Errs when the row holds none.
pub fn patches(problem: &Problem) -> Result<Vec<f32>> {
    let picture = Picture::from_base64(&problem.image).with_context(|| format!("the image of {}", problem.problem_id))?;
    Ok(picture.patches())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_follow_the_scene() {
        let bars = Scene::read("3715").unwrap();
        assert_eq!(bars.answer(Question::Read), "a3,b7,c1,d5");
        assert_eq!(bars.answer(Question::Up), "c1,a3,d5,b7");
        assert_eq!(Scene::read("3313").unwrap().answer(Question::Down), "a3,b3,d3,c1");
        let cells = Scene::read("ss.os.sxss..f.s.").unwrap();
        assert_eq!(cells.answer(Question::Find(draw::Shape::Square)), "1,2,5,7,9,10,15");
        assert_eq!(cells.answer(Question::Left(draw::Shape::Square)), "1,2,5,7,9,10,15");
        assert_eq!(Scene::read("s.o.s.s.........").unwrap().answer(Question::Left(draw::Shape::Square)), "1,5");
    }

    /// Reads a scene back from the pixels: the picture shows what the gold says.
    #[test]
    fn pictures_show_their_scenes() {
        let family = build(Params::default()).unwrap();
        for index in 0..400 {
            let draft = family.document(1, index).draft;
            let gold: Gold = serde_json::from_str(&draft.gold).unwrap();
            let (scene, picture) = (Scene::read(&gold.scene).unwrap(), draft.picture.unwrap());
            let bright = |x: usize, y: usize| picture.at(x, y) >= 100;
            match scene {
                Scene::Bars(heights) => {
                    let height = |bar: usize| (0..32).filter(|y| (8 * bar..8 * bar + 8).any(|x| bright(x, *y))).count() as i64;
                    assert_eq!((0..4).map(|bar| height(bar) / 3).collect::<Vec<_>>(), heights);
                }
                Scene::Shapes(cells) => {
                    let area = |i: usize| (0..64).filter(|p| bright(i % 4 * 8 + p % 8, i / 4 * 8 + p / 8)).count();
                    let expected = |cell: &Option<draw::Shape>| match cell {
                        None => 0,
                        Some(draw::Shape::Square) => 25,
                        Some(draw::Shape::Cross) => 9,
                        Some(draw::Shape::Frame) => 16,
                        Some(draw::Shape::Ring) => 12,
                    };
                    assert!(cells.iter().enumerate().all(|(i, cell)| area(i) == expected(cell)), "{}", gold.scene);
                }
            }
        }
    }
}
