//! Delta_SE, the sampling-efficiency gap (paper section 4.4, Fig 8): how far one sample of the model is from K samples of its base.

use crate::Comparison;
use anyhow::Result;
use beyond_record::{Counts, Curve};
use beyond_statistics::counts::doubling_ks;
use beyond_statistics::family::delta_se;
use beyond_statistics::matrix::mean;
use beyond_statistics::paired::common_k;
use beyond_statistics::{interval, variance};

const LEVEL: f64 = 0.95;

/// Rows of metric `delta_se` at K = 1, 2, 4, ..., n: base pass@K minus model pass@1, in [-1, 1], lower is better. The interval is the
/// paired one over problems; subsets with fewer than two problems are left out.
pub fn gaps(pair: &Comparison) -> Result<Vec<Curve>> {
    let mut rows = Vec::new();
    for subset in beyond_frame::subsets(&pair.rows.base)?.iter().filter(|subset| subset.positions.len() > 1) {
        let part = |rows: &[Counts]| subset.positions.iter().map(|&i| rows[i].clone()).collect::<Vec<_>>();
        let (base, model) = (beyond_frame::counts(&part(&pair.rows.base))?, beyond_frame::counts(&part(&pair.rows.model))?);
        let n = common_k(&base, &model);
        for k in doubling_ks(n) {
            let values = delta_se(&base, &model, k)?;
            let within = variance::se_benchmark(&base, k).zip(variance::se_benchmark(&model, 1));
            let interval = interval::difference(&values, LEVEL)?;
            rows.push(Curve {
                benchmark: pair.benchmark.clone(),
                model: pair.model.clone(),
                setting: pair.setting.clone(),
                metric: "delta_se".to_string(),
                subset: subset.name.clone(),
                k,
                tau: None,
                value: mean(&values),
                lo: interval.lo,
                hi: interval.hi,
                se_population: Some(variance::se_population(&values)),
                se_benchmark: within.map(|(base, model)| base.hypot(model)),
                method: format!("{}; pass@{k} of {} minus pass@1 of {}", interval.method.as_str(), pair.base, pair.model),
                n_problems: values.len() as u32,
                n_samples: n,
            });
        }
    }
    Ok(rows)
}
