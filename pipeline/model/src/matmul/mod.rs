//! Matrix products on slices, `C = init + A B`, for the small shapes of a decoder.
//!
//! Every element of C is one chain of fused multiply-adds over k = 0, 1, 2, ... whatever the tile it falls into, the
//! number of rows, or the processor: a row's result cannot depend on which other rows are in the batch. That is the
//! property the sampler rests on, and it is why this is not the `gemm` crate, whose kernel choice depends on the shape
//! and which packs its operand on every call; here weights are packed once.

use crate::simd::{LANES, Lanes, kernel};

/// Columns of one packed panel.
pub(crate) const PANEL: usize = 64;
/// Rows that share a pass over the panels: they stay in the first-level cache.
const ROW_BLOCK: usize = 96;
/// Depth of one pass over a panel: 256 x 64 floats stay in the second-level cache.
const DEPTH: usize = 256;

/// Rows of A: element (i, k) is `data[i * row + k * col]`.
#[derive(Clone, Copy)]
pub(crate) struct Left<'a> {
    pub data: &'a [f32],
    pub row: usize,
    pub col: usize,
}

impl<'a> Left<'a> {
    /// Row-major with `row` floats from one row to the next.
    pub fn rows(data: &'a [f32], row: usize) -> Self {
        Left { data, row, col: 1 }
    }

    /// The transpose of a row-major matrix with `row` floats from one row to the next.
    pub fn transposed(data: &'a [f32], row: usize) -> Self {
        Left { data, row: 1, col: row }
    }

    fn check(&self, m: usize, k: usize) {
        assert!((m - 1) * self.row + (k - 1) * self.col < self.data.len(), "left operand is too short");
    }
}

/// What the product is added to.
#[derive(Clone, Copy)]
pub(crate) enum Init<'a> {
    Zero,
    /// The present content of C.
    Add,
    /// Another matrix with the rows of C.
    From(&'a [f32]),
    /// One value per column.
    Bias(&'a [f32]),
}

/// A weight matrix B of shape [k, n] in panels of 64 columns, each [k, width] with width a multiple of 16.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed {
    data: Vec<f32>,
    k: usize,
    n: usize,
}

fn round_up(n: usize, to: usize) -> usize {
    n.div_ceil(to) * to
}

impl Packed {
    /// Packs the transpose of a Hugging Face weight [out, in], so that `x B` is the linear layer: k = in, n = out.
    pub fn linear(weight: &[f32], out: usize, input: usize) -> Self {
        Self::pack(input, out, |k, n| weight[n * input + k])
    }

    /// Packs a row-major [k, n] matrix as it stands: `dy B` is the gradient of a linear layer's input.
    pub fn straight(weight: &[f32], k: usize, n: usize) -> Self {
        Self::pack(k, n, |i, j| weight[i * n + j])
    }

    fn pack(k: usize, n: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let mut data = Vec::with_capacity(k * round_up(n, LANES));
        for start in (0..n).step_by(PANEL) {
            let width = round_up(PANEL.min(n - start), LANES);
            for i in 0..k {
                data.extend((start..start + width).map(|j| if j < n { at(i, j) } else { 0.0 }));
            }
        }
        Packed { data, k, n }
    }

    /// Columns of the product.
    pub fn n(&self) -> usize {
        self.n
    }
}

/// `C[m, n] = init + A[m, k] B[k, n]` with a packed B; row i of C starts at `i * ldc`.
pub(crate) fn product(m: usize, a: Left, b: &Packed, c: &mut [f32], ldc: usize, init: Init) {
    if m == 0 {
        return;
    }
    a.check(m, b.k);
    assert!(ldc >= b.n && (m - 1) * ldc + b.n <= c.len(), "result is too short");
    match init {
        Init::Bias(bias) => assert_eq!(bias.len(), b.n),
        Init::From(x) => assert_eq!(x.len(), c.len()),
        Init::Zero | Init::Add => {}
    }
    packed(m, a, b, c, ldc, init);
}

/// `C[m, n] = init + A[m, k] B[k, n]` with a row-major B; rows of B and C start at multiples of `ldb`, `ldc`.
pub(crate) fn product_rows(m: usize, n: usize, k: usize, a: Left, b: &[f32], ldb: usize, c: &mut [f32], ldc: usize, init: Init) {
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    a.check(m, k);
    assert!(ldb >= n && (k - 1) * ldb + n <= b.len(), "right operand is too short");
    assert!(ldc >= n && (m - 1) * ldc + n <= c.len(), "result is too short");
    unpacked(m, n, k, a, b, ldb, c, ldc, init);
}

kernel! { fn packed(m: usize, a: Left, b: &Packed, c: &mut [f32], ldc: usize, init: Init) = packed_body; }
kernel! { fn unpacked(m: usize, n: usize, k: usize, a: Left, b: &[f32], ldb: usize, c: &mut [f32], ldc: usize, init: Init) = unpacked_body; }

#[inline(always)]
unsafe fn packed_body<L: Lanes>(m: usize, a: Left, b: &Packed, c: &mut [f32], ldc: usize, init: Init) {
    for row in (0..m).step_by(ROW_BLOCK) {
        let rows = ROW_BLOCK.min(m - row);
        for start in (0..b.n).step_by(PANEL) {
            let n = PANEL.min(b.n - start);
            let panel = Panel { b: &raw const b.data[start * b.k], ldb: round_up(n, LANES), n, padded: true };
            unsafe { strip::<L>(rows, b.k, a, row, panel, &raw mut c[row * ldc + start], ldc, init, start) };
        }
    }
}

#[inline(always)]
unsafe fn unpacked_body<L: Lanes>(m: usize, n: usize, k: usize, a: Left, b: &[f32], ldb: usize, c: &mut [f32], ldc: usize, init: Init) {
    for row in (0..m).step_by(ROW_BLOCK) {
        let rows = ROW_BLOCK.min(m - row);
        for start in (0..n).step_by(PANEL) {
            let panel = Panel { b: &raw const b[start], ldb, n: PANEL.min(n - start), padded: false };
            unsafe { strip::<L>(rows, k, a, row, panel, &raw mut c[row * ldc + start], ldc, init, start) };
        }
    }
}

/// Up to 64 columns of B. `padded`: whole vectors may be read beyond column n.
#[derive(Clone, Copy)]
struct Panel {
    b: *const f32,
    ldb: usize,
    n: usize,
    padded: bool,
}

/// Rows `row..row + m` of A times one panel, in passes of [`DEPTH`] that carry C from one to the next.
#[inline(always)]
unsafe fn strip<L: Lanes>(m: usize, k: usize, a: Left, row: usize, panel: Panel, c: *mut f32, ldc: usize, init: Init, column: usize) {
    unsafe {
        for from in (0..k).step_by(DEPTH) {
            let depth = DEPTH.min(k - from);
            let start = match init {
                _ if from > 0 => Start::Add,
                Init::Zero => Start::Zero,
                Init::Add => Start::Add,
                Init::From(x) => Start::From(x.as_ptr().add(row * ldc + column)),
                Init::Bias(bias) => Start::Bias(bias.as_ptr().add(column)),
            };
            let a = A { p: a.data.as_ptr().add(row * a.row + from * a.col), row: a.row, col: a.col };
            let b = Panel { b: panel.b.add(from * panel.ldb), ..panel };
            tiles::<L>(m, depth, a, b, c, ldc, start);
        }
    }
}

#[derive(Clone, Copy)]
struct A {
    p: *const f32,
    row: usize,
    col: usize,
}

#[derive(Clone, Copy)]
enum Start {
    Zero,
    Add,
    From(*const f32),
    Bias(*const f32),
}

impl Start {
    #[inline(always)]
    unsafe fn column(self, j: usize) -> Self {
        match self {
            Start::Bias(p) => Start::Bias(unsafe { p.add(j) }),
            Start::From(p) => Start::From(unsafe { p.add(j) }),
            other => other,
        }
    }

    /// `floats` further down in C.
    #[inline(always)]
    unsafe fn below(self, floats: usize) -> Self {
        match self {
            Start::From(p) => Start::From(unsafe { p.add(floats) }),
            other => other,
        }
    }
}

/// Splits the columns of a panel into tiles of L::TILE vectors and what remains.
#[inline(always)]
unsafe fn tiles<L: Lanes>(m: usize, k: usize, a: A, panel: Panel, c: *mut f32, ldc: usize, start: Start) {
    let mut j = 0;
    while j < panel.n {
        unsafe {
            let vectors = (panel.n - j).div_ceil(LANES).min(L::TILE);
            let n = (panel.n - j).min(vectors * LANES);
            let b = Panel { b: panel.b.add(j), n, ..panel };
            let (c, start) = (c.add(j), start.column(j));
            match vectors {
                4 => column::<L, 6, 4>(m, k, a, b, c, ldc, start),
                3 => column::<L, 6, 3>(m, k, a, b, c, ldc, start),
                2 => column::<L, 6, 2>(m, k, a, b, c, ldc, start),
                _ => column::<L, 6, 1>(m, k, a, b, c, ldc, start),
            }
            j += n;
        }
    }
}

/// All rows of one column of tiles: `R` rows at a time, the last ones four, two or one at a time.
#[inline(always)]
unsafe fn column<L: Lanes, const R: usize, const V: usize>(m: usize, k: usize, a: A, b: Panel, c: *mut f32, ldc: usize, start: Start) {
    let mut i = 0;
    unsafe {
        while i + R <= m {
            tile::<L, R, V>(k, a.from(i), b, c.add(i * ldc), ldc, start.below(i * ldc));
            i += R;
        }
        if i + 4 <= m {
            tile::<L, 4, V>(k, a.from(i), b, c.add(i * ldc), ldc, start.below(i * ldc));
            i += 4;
        }
        if i + 2 <= m {
            tile::<L, 2, V>(k, a.from(i), b, c.add(i * ldc), ldc, start.below(i * ldc));
            i += 2;
        }
        if i < m {
            tile::<L, 1, V>(k, a.from(i), b, c.add(i * ldc), ldc, start.below(i * ldc));
        }
    }
}

impl A {
    #[inline(always)]
    unsafe fn from(self, i: usize) -> Self {
        A { p: unsafe { self.p.add(i * self.row) }, ..self }
    }
}

/// R rows by V vectors in registers.
#[inline(always)]
unsafe fn tile<L: Lanes, const R: usize, const V: usize>(k: usize, a: A, b: Panel, c: *mut f32, ldc: usize, start: Start) {
    unsafe {
        let last = b.n - (V - 1) * LANES;
        let mut acc = [[L::zero(); V]; R];
        for v in 0..V {
            let lanes = if v + 1 == V { last } else { LANES };
            match start {
                Start::Zero => {}
                Start::Bias(bias) => {
                    let x = L::load_n(bias.add(v * LANES), lanes);
                    for r in 0..R {
                        acc[r][v] = x;
                    }
                }
                Start::Add | Start::From(_) => {
                    let from = if let Start::From(p) = start { p } else { c };
                    for r in 0..R {
                        acc[r][v] = L::load_n(from.add(r * ldc + v * LANES), lanes);
                    }
                }
            }
        }
        if b.padded || last == LANES {
            depth::<L, R, V, false>(k, a, b, last, &mut acc);
        } else {
            depth::<L, R, V, true>(k, a, b, last, &mut acc);
        }
        for r in 0..R {
            for v in 0..V {
                let lanes = if v + 1 == V { last } else { LANES };
                acc[r][v].store_n(c.add(r * ldc + v * LANES), lanes);
            }
        }
    }
}

/// The chain of multiply-adds. `PARTIAL`: the last vector of B has only `last` columns in memory.
#[inline(always)]
unsafe fn depth<L: Lanes, const R: usize, const V: usize, const PARTIAL: bool>(
    k: usize,
    a: A,
    b: Panel,
    last: usize,
    acc: &mut [[L; V]; R],
) {
    unsafe {
        let (mut pa, mut pb) = (a.p, b.b);
        for _ in 0..k {
            let mut vb = [L::zero(); V];
            for v in 0..V {
                let p = pb.add(v * LANES);
                vb[v] = if PARTIAL && v + 1 == V { L::load_part(p, last) } else { L::load(p) };
            }
            for r in 0..R {
                let x = L::splat(*pa.add(r * a.row));
                for v in 0..V {
                    acc[r][v] = x.fma(vb[v], acc[r][v]);
                }
            }
            pa = pa.wrapping_add(a.col);
            pb = pb.wrapping_add(b.ldb);
        }
    }
}

#[cfg(test)]
mod tests;
