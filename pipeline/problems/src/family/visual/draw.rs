//! Draws scenes: bars in four columns, or shapes in the cells of a 4 x 4 grid. One cell is one patch.

use crate::picture::{PATCH_SIDE, SIDE};
use crate::{Picture, Rng};

/// What a cell can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    Square,
    Cross,
    Frame,
    Ring,
}

impl Shape {
    pub const ALL: [Shape; 4] = [Shape::Square, Shape::Cross, Shape::Frame, Shape::Ring];

    /// The word in prompts.
    pub fn word(self) -> &'static str {
        ["square", "cross", "frame", "ring"][self as usize]
    }

    /// One letter, for what a picture shows.
    pub fn letter(self) -> char {
        ['s', 'x', 'f', 'o'][self as usize]
    }

    /// Rows of a 5 x 5 stencil, most significant of five bits at the left.
    fn stencil(self) -> [u8; 5] {
        match self {
            Shape::Square => [0b11111, 0b11111, 0b11111, 0b11111, 0b11111],
            Shape::Cross => [0b00100, 0b00100, 0b11111, 0b00100, 0b00100],
            Shape::Frame => [0b11111, 0b10001, 0b10001, 0b10001, 0b11111],
            Shape::Ring => [0b01110, 0b10001, 0b10001, 0b10001, 0b01110],
        }
    }
}

/// Pixels of height per unit of a bar.
const UNIT: usize = 3;

/// Dark noise everywhere.
fn background(rng: &mut Rng) -> Picture {
    let mut picture = Picture::filled(0);
    for i in 0..SIDE * SIDE {
        picture.set(i % SIDE, i / SIDE, rng.below(40) as u8);
    }
    picture
}

/// A foreground grey, with a little noise per pixel.
fn ink(rng: &mut Rng, level: i64) -> u8 {
    (level + rng.range(-15, 15)).clamp(0, 255) as u8
}

/// Four bars of 0..=9 units standing on the lower edge; width, place within the column and brightness vary.
pub(super) fn bars(rng: &mut Rng, heights: &[i64]) -> Picture {
    let mut picture = background(rng);
    for (column, height) in heights.iter().enumerate() {
        let width = rng.range(4, 6) as usize;
        let left = column * PATCH_SIDE + 1 + rng.below(PATCH_SIDE - 1 - width);
        let level = rng.range(150, 240);
        for y in SIDE - UNIT * *height as usize..SIDE {
            for x in left..left + width {
                picture.set(x, y, ink(rng, level));
            }
        }
    }
    picture
}

/// One shape or nothing in each of 16 cells, in reading order; place within the cell and brightness vary.
pub(super) fn shapes(rng: &mut Rng, cells: &[Option<Shape>]) -> Picture {
    let mut picture = background(rng);
    let per_row = SIDE / PATCH_SIDE;
    for (cell, shape) in cells.iter().enumerate() {
        let Some(shape) = shape else { continue };
        let (left, top) = (cell % per_row * PATCH_SIDE + rng.below(4), cell / per_row * PATCH_SIDE + rng.below(4));
        let level = rng.range(150, 240);
        for (y, row) in shape.stencil().iter().enumerate() {
            for x in (0..5).filter(|x| row >> (4 - x) & 1 == 1) {
                picture.set(left + x, top + y, ink(rng, level));
            }
        }
    }
    picture
}
