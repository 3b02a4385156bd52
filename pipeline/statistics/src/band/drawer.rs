//! One draw of the studentised vector, from the low-rank factor of its correlation matrix.

use crate::matrix::dot;
use crate::panel::Panel;

/// Variance (of 1) that the drawn vector may miss in a column; rows are rescaled to their full variance.
const DRAWN: f64 = 1e-6;
/// A column this correlated with the last one drawn is not drawn itself: neighbouring k at large k are one number. Near a
/// maximum the process is flat; on the DeepScaleR counts 1 - 1e-4 lowers c by .0005 and this value by less than 1e-6.
const SAME: f64 = 1.0 - 1e-5;
const LANES: usize = 16;

/// Loadings in blocks of [`LANES`] columns, direction by direction, so that the inner loop is one multiply-add per lane.
pub(super) struct Drawer {
    /// Directions drawn.
    pub rank: usize,
    blocks: Vec<[f32; LANES]>,
}

impl Drawer {
    pub fn new(panel: &Panel) -> Drawer {
        let rank = panel.factor.rank_for(DRAWN);
        let columns = distinct(unit_columns(panel, rank));
        let scale = ((panel.units() as f64 - 1.0) / panel.units() as f64).sqrt();
        let mut blocks = Vec::with_capacity(columns.len().div_ceil(LANES) * rank);
        for columns in columns.chunks(LANES) {
            for direction in 0..rank {
                let value = |lane: usize| columns.get(lane).map_or(0.0, |column| scale * column[direction]);
                blocks.push(std::array::from_fn(|lane| value(lane) as f32));
            }
        }
        Drawer { rank, blocks }
    }

    /// max_k |Σ_j loadings_jk z_j|.
    pub fn max_abs(&self, z: &[f32]) -> f32 {
        let mut best = [0f32; LANES];
        for block in self.blocks.chunks_exact(self.rank.max(1)) {
            let mut sums = [0f32; LANES];
            for (row, z) in block.iter().zip(z) {
                for lane in 0..LANES {
                    sums[lane] += row[lane] * z;
                }
            }
            for lane in 0..LANES {
                let size = sums[lane].abs();
                best[lane] = if size > best[lane] { size } else { best[lane] };
            }
        }
        best.into_iter().fold(0.0, f32::max)
    }
}

/// The loadings of every non-constant column on the first `rank` directions, brought back to norm 1.
fn unit_columns(panel: &Panel, rank: usize) -> Vec<Vec<f64>> {
    let column = |k: usize| -> Vec<f64> { (0..rank).map(|j| panel.factor.loadings(j)[k]).collect() };
    let unit = |loadings: Vec<f64>| -> Vec<f64> {
        let norm = dot(&loadings, &loadings).sqrt();
        loadings.into_iter().map(|l| l / norm).collect()
    };
    (0..panel.ks.len()).filter(|&k| panel.se[k] > 0.0).map(|k| unit(column(k))).collect()
}

/// Leaves out columns that repeat the one kept before them.
fn distinct(columns: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let mut kept: Vec<Vec<f64>> = Vec::new();
    for column in columns {
        if kept.last().is_none_or(|last| dot(last, &column) < SAME) {
            kept.push(column);
        }
    }
    kept
}
