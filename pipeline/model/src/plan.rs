//! From sequences to chunks: which rows pass through the matrices together, and which rows attend to which.
//!
//! Sequences are not padded. Rows (token positions) of many sequences are concatenated; attention works segment by
//! segment. Sequences of one chunk with the same prompt share its rows: the prompt is one segment, each completion
//! another that attends to it.

use std::sync::Arc;

/// A prompt and what follows it, to be scored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    /// Patches before the first token, `patches * size` floats.
    pub image: Option<&'a Arc<[f32]>>,
    pub prompt: &'a [u32],
    pub completion: &'a [u32],
}

/// What a row starts from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Input {
    Token(u32),
    /// Patch number `.1` of image number `.0` of the chunk.
    Patch(u32, u32),
}

/// Rows `start..start + len`, attending to themselves (causally) and to all rows `parent.0..parent.0 + parent.1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub start: usize,
    pub len: usize,
    pub parent: (usize, usize),
}

/// One item inside a chunk: which item, and where its predictions stand in [`Chunk::outputs`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub item: usize,
    pub outputs: std::ops::Range<usize>,
}

/// One prediction: row `heads[head]` predicts `target`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Output {
    pub head: usize,
    pub target: u32,
}

/// Rows that go through the decoder together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    pub inputs: Vec<Input>,
    /// Position of each row in its sequence.
    pub positions: Vec<usize>,
    pub images: Vec<Arc<[f32]>>,
    pub segments: Vec<Segment>,
    /// Rows whose logits are wanted, ascending.
    pub heads: Vec<usize>,
    pub outputs: Vec<Output>,
    pub members: Vec<Member>,
}

/// Splits items into chunks of about `budget` rows, a function of the items alone. Items with an empty completion are
/// left out. `patches`: rows of one image.
pub(crate) fn plan(items: &[Item], budget: usize, patches: usize) -> Vec<Chunk> {
    let mut order: Vec<usize> = (0..items.len()).filter(|&i| !items[i].completion.is_empty()).collect();
    order.sort_by(|&a, &b| items[a].prompt.cmp(items[b].prompt).then_with(|| image_bits(&items[a]).cmp(image_bits(&items[b]))));
    let mut chunks = vec![Chunk::default()];
    for family in order.chunk_by(|&a, &b| items[a].prompt == items[b].prompt && image_bits(&items[a]).eq(image_bits(&items[b]))) {
        let mut rest = family;
        while !rest.is_empty() {
            let last = chunks.last_mut().expect("never empty");
            let taken = fitting(items, rest, budget.saturating_sub(last.inputs.len()), patches);
            if taken == 0 && !last.inputs.is_empty() {
                chunks.push(Chunk::default());
                continue;
            }
            let (now, later) = rest.split_at(taken.max(1));
            last.add_family(items, now, patches);
            rest = later;
        }
    }
    chunks.retain(|c| !c.members.is_empty());
    chunks
}

fn image_bits<'a>(item: &Item<'a>) -> impl Iterator<Item = u32> + use<'a> {
    item.image.into_iter().flat_map(|image| image.iter().map(|x| x.to_bits()))
}

/// How many of `family` fit into `room` rows, sharing one prompt.
fn fitting(items: &[Item], family: &[usize], room: usize, patches: usize) -> usize {
    let first = &items[family[0]];
    let mut rows = first.prompt.len() + if first.image.is_some() { patches } else { 0 };
    family
        .iter()
        .take_while(|&&i| {
            rows += items[i].completion.len() - 1;
            rows <= room
        })
        .count()
}

impl Chunk {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.inputs.len()
    }

    /// Adds items that share prompt and image.
    fn add_family(&mut self, items: &[Item], family: &[usize], patches: usize) {
        let start = self.rows();
        let first = &items[family[0]];
        if let Some(image) = first.image {
            let number = self.images.len() as u32;
            self.images.push(Arc::clone(image));
            self.inputs.extend((0..patches as u32).map(|p| Input::Patch(number, p)));
        }
        self.inputs.extend(first.prompt.iter().map(|&id| Input::Token(id)));
        let prompt = self.rows() - start;
        self.positions.extend(0..prompt);
        self.heads.push(start + prompt - 1);
        let prompt_head = self.heads.len() - 1;
        if family.len() > 1 {
            self.segments.push(Segment { start, len: prompt, parent: (0, 0) });
        }
        for &item in family {
            self.add_member(item, items[item].completion, prompt_head, prompt);
            let rows = items[item].completion.len() - 1;
            if family.len() == 1 {
                self.segments.push(Segment { start, len: prompt + rows, parent: (0, 0) });
            } else if rows > 0 {
                self.segments.push(Segment { start: self.rows() - rows, len: rows, parent: (start, prompt) });
            }
        }
    }

    /// Rows and predictions of one completion: its last token is predicted but never read.
    fn add_member(&mut self, item: usize, completion: &[u32], prompt_head: usize, prompt: usize) {
        let first = self.outputs.len();
        self.outputs.push(Output { head: prompt_head, target: completion[0] });
        for (i, pair) in completion.windows(2).enumerate() {
            self.inputs.push(Input::Token(pair[0]));
            self.positions.push(prompt + i);
            self.heads.push(self.rows() - 1);
            self.outputs.push(Output { head: self.heads.len() - 1, target: pair[1] });
        }
        self.members.push(Member { item, outputs: first..self.outputs.len() });
    }

    /// The chunk reduced to the members for which `keep` holds, and the old rows (ascending) and old heads that remain.
    pub fn retain(&self, keep: impl Fn(&Member) -> bool) -> (Chunk, Vec<usize>, Vec<usize>) {
        let members: Vec<&Member> = self.members.iter().filter(|m| keep(m)).collect();
        let mut wanted = vec![false; self.heads.len()];
        for output in members.iter().flat_map(|m| &self.outputs[m.outputs.clone()]) {
            wanted[output.head] = true;
        }
        let (rows, segments) = self.rows_behind(&wanted);
        let heads: Vec<usize> = (0..wanted.len()).filter(|&h| wanted[h]).collect();
        let place = |old: &[usize], x: usize| old.binary_search(&x).expect("kept");
        let mut chunk = Chunk {
            inputs: rows.iter().map(|&r| self.inputs[r]).collect(),
            positions: rows.iter().map(|&r| self.positions[r]).collect(),
            images: self.images.clone(),
            segments: Vec::new(),
            heads: heads.iter().map(|&h| place(&rows, self.heads[h])).collect(),
            ..Chunk::default()
        };
        for s in segments {
            let parent = if s.parent.1 == 0 { 0 } else { place(&rows, s.parent.0) };
            chunk.segments.push(Segment { start: place(&rows, s.start), parent: (parent, s.parent.1), ..s });
        }
        for member in members {
            let first = chunk.outputs.len();
            let moved = self.outputs[member.outputs.clone()].iter().map(|o| Output { head: place(&heads, o.head), ..*o });
            chunk.outputs.extend(moved);
            chunk.members.push(Member { item: member.item, outputs: first..chunk.outputs.len() });
        }
        (chunk, rows, heads)
    }

    /// Segments that contain a wanted head or are the parent of one that does, and their rows.
    fn rows_behind(&self, wanted: &[bool]) -> (Vec<usize>, Vec<Segment>) {
        let mut needed = vec![false; self.rows()];
        for (h, &row) in self.heads.iter().enumerate() {
            needed[row] |= wanted[h];
        }
        let mut keep: Vec<bool> = self.segments.iter().map(|s| needed[s.start..s.start + s.len].contains(&true)).collect();
        for i in 0..self.segments.len() {
            if keep[i] && self.segments[i].parent.1 > 0 {
                let parent = self.segments.iter().position(|s| s.start == self.segments[i].parent.0).expect("parents are segments");
                keep[parent] = true;
            }
        }
        let segments: Vec<Segment> = self.segments.iter().zip(&keep).filter(|(_, k)| **k).map(|(s, _)| *s).collect();
        (segments.iter().flat_map(|s| s.start..s.start + s.len).collect(), segments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item<'a>(prompt: &'a [u32], completion: &'a [u32]) -> Item<'a> {
        Item { image: None, prompt, completion }
    }

    #[test]
    fn equal_prompts_share_their_rows_and_the_last_token_is_not_read() {
        let items = [item(&[1, 2, 3], &[4, 5]), item(&[9], &[8]), item(&[1, 2, 3], &[6]), item(&[7], &[])];
        let chunks = plan(&items, 100, 0);
        assert_eq!(chunks.len(), 1);
        let chunk = &chunks[0];
        assert_eq!(chunk.inputs, [1, 2, 3, 4, 9].map(Input::Token));
        assert_eq!(chunk.positions, [0, 1, 2, 3, 0]);
        let segment = |start, len, parent| Segment { start, len, parent };
        assert_eq!(chunk.segments, [segment(0, 3, (0, 0)), segment(3, 1, (0, 3)), segment(4, 1, (0, 0))]);
        assert_eq!(chunk.heads, [2, 3, 4]);
        let targets: Vec<_> = chunk.outputs.iter().map(|o| (o.head, o.target)).collect();
        assert_eq!(targets, [(0, 4), (1, 5), (0, 6), (2, 8)]);
        assert_eq!(chunk.members.iter().map(|m| m.item).collect::<Vec<_>>(), [0, 2, 1]);
    }

    #[test]
    fn chunks_respect_the_budget_and_repeat_a_prompt_that_is_split() {
        let completions: Vec<Vec<u32>> = (0..7).map(|i| vec![i; 5]).collect();
        let items: Vec<Item> = completions.iter().map(|c| item(&[1, 2], c)).collect();
        let chunks = plan(&items, 11, 0);
        assert_eq!(chunks.iter().map(|c| c.members.len()).collect::<Vec<_>>(), [2, 2, 2, 1]);
        assert!(chunks.iter().all(|c| c.rows() <= 11 && c.inputs[..2] == [Input::Token(1), Input::Token(2)]));
        let long = vec![0; 50];
        assert_eq!(plan(&[item(&[1], &long)], 11, 0)[0].rows(), 50, "a sequence longer than the budget stands alone");
    }

    #[test]
    fn retaining_members_keeps_their_segments_and_parents() {
        let items = [item(&[1, 2], &[3, 4]), item(&[1, 2], &[5, 6, 7]), item(&[8], &[9, 9])];
        let chunk = &plan(&items, 100, 0)[0];
        let (kept, rows, heads) = chunk.retain(|m| m.item == 1);
        assert_eq!(rows, [0, 1, 3, 4]);
        assert_eq!(kept.inputs, [1, 2, 5, 6].map(Input::Token));
        assert_eq!(kept.segments[1], Segment { start: 2, len: 2, parent: (0, 2) });
        assert_eq!(kept.heads, [1, 2, 3]);
        assert_eq!(heads.iter().map(|&h| chunk.heads[h]).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(kept.outputs.iter().map(|o| o.target).collect::<Vec<_>>(), [5, 6, 7]);
    }
}
