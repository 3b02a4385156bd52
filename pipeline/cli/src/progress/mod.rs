//! Progress of a run: bars on a terminal, plain lines elsewhere.

mod bars;
mod board;
mod forecast;
mod gauge;
mod lines;

pub use board::Board;
