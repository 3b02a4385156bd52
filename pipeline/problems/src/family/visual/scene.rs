//! What a picture shows and what is asked about it, as text: prompt, scene, and the answers.

use super::Exposure;
use super::draw::Shape;
use crate::Rng;

/// Names of the four bars.
pub(super) const BARS: [char; 4] = ['a', 'b', 'c', 'd'];

/// A question about a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// The heights of all bars, from left to right.
    Read,
    /// The bars in rising order of height.
    Up,
    /// The bars in falling order of height.
    Down,
    /// The cells that hold a shape.
    Find(Shape),
    /// The cells that hold a shape and lie in a column left of the ring's.
    Left(Shape),
}

impl Question {
    /// All questions of a level; an equal share of its problems each.
    pub fn of(level: u32) -> &'static [Question] {
        match level {
            1 => &[Question::Read],
            2 => &[Question::Up, Question::Down],
            3 => &[Question::Find(Shape::Square), Question::Find(Shape::Cross), Question::Find(Shape::Frame)],
            _ => &[Question::Left(Shape::Square), Question::Left(Shape::Cross), Question::Left(Shape::Frame)],
        }
    }

    pub fn prompt(self) -> String {
        match self {
            Question::Read => "read>".to_string(),
            Question::Up => "up>".to_string(),
            Question::Down => "down>".to_string(),
            Question::Find(shape) => format!("find:{}>", shape.word()),
            Question::Left(shape) => format!("left:{}>", shape.word()),
        }
    }

    /// The question of a prompt.
    pub fn read(prompt: &str) -> Option<Question> {
        (1..=4).flat_map(|level| Question::of(level).iter().copied()).find(|question| question.prompt() == prompt)
    }

    /// Squares are asked for often and crosses rarely; frames are always in the pictures, but never asked for. Sorting
    /// upwards is common, downwards rare.
    pub fn exposure(self) -> Exposure {
        match self {
            Question::Read | Question::Up | Question::Find(Shape::Square) | Question::Left(Shape::Square) => Exposure::Common,
            Question::Down | Question::Find(Shape::Cross) | Question::Left(Shape::Cross) => Exposure::Rare,
            _ => Exposure::None,
        }
    }

    pub fn is_about_bars(self) -> bool {
        matches!(self, Question::Read | Question::Up | Question::Down)
    }
}

/// What a picture shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// Heights 0..=9.
    Bars(Vec<i64>),
    /// 16 cells in reading order.
    Shapes(Vec<Option<Shape>>),
}

impl Scene {
    /// A random scene for a question; None when it is not one that the question can be asked of.
    pub fn draw(rng: &mut Rng, question: Question) -> Option<Scene> {
        if question.is_about_bars() {
            return Some(Scene::Bars((0..4).map(|_| rng.range(0, 9)).collect()));
        }
        // One ring, and each other cell empty or one of three shapes, the asked one a little more often.
        let asked = match question {
            Question::Find(shape) | Question::Left(shape) => shape,
            _ => Shape::Square,
        };
        let others = [Shape::Square, Shape::Cross, Shape::Frame];
        let cell = |rng: &mut Rng| match rng.below(8) {
            0..3 => Some(asked),
            3..6 => Some(rng.pick(&others)),
            _ => None,
        };
        let mut cells: Vec<Option<Shape>> = (0..16).map(|_| cell(rng)).collect();
        cells[rng.below(16)] = Some(Shape::Ring);
        let scene = Scene::Shapes(cells);
        let answer = scene.cells(question);
        let askable = (4..=7).contains(&answer.len());
        let distinct = !matches!(question, Question::Left(shape) if scene.cells(Question::Find(shape)) == answer);
        (askable && distinct).then_some(scene)
    }

    /// One character for each bar or cell.
    pub fn text(&self) -> String {
        match self {
            Scene::Bars(heights) => heights.iter().map(i64::to_string).collect(),
            Scene::Shapes(cells) => cells.iter().map(|cell| cell.map_or('.', Shape::letter)).collect(),
        }
    }

    /// The inverse of [`Scene::text`].
    pub fn read(text: &str) -> Option<Scene> {
        let shape = |c: char| match c {
            '.' => Some(None),
            c => Shape::ALL.into_iter().find(|shape| shape.letter() == c).map(Some),
        };
        match text.len() {
            4 => text.chars().map(|c| c.to_digit(10).map(i64::from)).collect::<Option<_>>().map(Scene::Bars),
            16 => text.chars().map(shape).collect::<Option<_>>().map(Scene::Shapes),
            _ => None,
        }
    }

    /// The asked cells, counted from 1, ascending; empty for bars.
    pub fn cells(&self, question: Question) -> Vec<i64> {
        let Scene::Shapes(cells) = self else { return Vec::new() };
        let ring = cells.iter().position(|cell| *cell == Some(Shape::Ring)).unwrap_or(0) % 4;
        let asked = |i: &usize| match question {
            Question::Find(shape) => cells[*i] == Some(shape),
            Question::Left(shape) => cells[*i] == Some(shape) && i % 4 < ring,
            _ => false,
        };
        (0..16).filter(asked).map(|i| i as i64 + 1).collect()
    }

    /// Bars with their heights in the asked order; equal heights from left to right. Empty for shapes.
    pub fn bars(&self, question: Question) -> Vec<(char, i64)> {
        let Scene::Bars(heights) = self else { return Vec::new() };
        let mut bars: Vec<_> = BARS.into_iter().zip(heights.iter().copied()).collect();
        match question {
            Question::Up => bars.sort_by_key(|bar| bar.1),
            Question::Down => bars.sort_by_key(|bar| -bar.1),
            _ => {}
        }
        bars
    }

    /// The answer to a question.
    pub fn answer(&self, question: Question) -> String {
        let bars = self.bars(question).into_iter().map(|(bar, height)| format!("{bar}{height}"));
        let cells = self.cells(question).into_iter().map(|cell| cell.to_string());
        bars.chain(cells).collect::<Vec<_>>().join(",")
    }
}
