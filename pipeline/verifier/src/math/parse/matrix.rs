//! Matrices and other environments.

use super::{Close, Mark, Node, Parsed, Parser, Tok};
use crate::math::tree::Func;

/// Most cells of a matrix.
const MAX_CELLS: usize = 256;

impl Parser<'_> {
    pub(super) fn environment(&mut self, name: &str) -> Parsed {
        self.at += 1;
        let rows = self.rows()?;
        if matches!(self.peek(), Some(Tok::End(_))) {
            self.at += 1;
        }
        let width = rows.first().map_or(0, Vec::len);
        let square = rows.len() == width && rows.iter().all(|r| r.len() == width);
        match name {
            "vmatrix" if square => Ok(Node::Func(Func::Det, vec![Node::Matrix(rows)])),
            "matrix" | "pmatrix" | "bmatrix" | "Bmatrix" | "smallmatrix" | "array" | "vmatrix" | "Vmatrix" => {
                if rows.iter().any(|r| r.len() != width) {
                    return Err(self.stop("rows of equal length"));
                }
                Ok(Node::Matrix(rows))
            }
            _ => self.aligned(rows),
        }
    }

    fn rows(&mut self) -> Result<Vec<Vec<Node>>, super::Stopped> {
        let mut rows = vec![Vec::new()];
        let mut cells = 0;
        loop {
            while self.accept(Mark::Row) {
                if rows.last().is_some_and(|r| !r.is_empty()) {
                    rows.push(Vec::new());
                }
            }
            if matches!(self.peek(), None | Some(Tok::End(_))) {
                break;
            }
            let empty = self.is(Mark::Cell);
            let cell = if empty { Node::Text(String::new()) } else { self.list(Close::Cell)? };
            cells += 1;
            if cells > MAX_CELLS {
                return Err(self.stop("a matrix of fewer cells"));
            }
            if let Some(row) = rows.last_mut() {
                row.push(cell);
            }
            let more = self.accept(Mark::Cell);
            if !more && !matches!(self.peek(), None | Some(Tok::End(_)) | Some(Tok::Mark(Mark::Row))) {
                return Err(self.stop("a cell, a row or the end of the environment"));
            }
        }
        rows.retain(|r| !r.is_empty());
        if rows.is_empty() {
            return Err(self.stop("a cell"));
        }
        Ok(rows)
    }

    /// `aligned`, `cases`, `gathered`: each row is one answer; conditions of cases are not read.
    fn aligned(&mut self, rows: Vec<Vec<Node>>) -> Parsed {
        let mut items = Vec::new();
        for row in rows {
            let mut cells: Vec<Node> = row.into_iter().filter(|c| *c != Node::Text(String::new())).collect();
            match (cells.pop(), cells.len()) {
                (Some(cell), 0) => items.push(cell),
                _ => return Err(self.stop("one statement in each row")),
            }
        }
        match items.len() {
            1 => Ok(items.swap_remove(0)),
            _ => Ok(Node::List(items)),
        }
    }
}
