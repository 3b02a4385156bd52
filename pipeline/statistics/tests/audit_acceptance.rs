//! Reference 8.4: the dispersion of planted faults, simulated on success rates like DeepScaleR's, (c+.3)/(n+.6).

mod reference;

use beyond_statistics::Count;
use beyond_statistics::audit::{Dispersion, DispersionOptions, dispersion};
use beyond_statistics::rng::Stream;
use reference::{sets, simulations};

/// Draws the batches of one problem from its success rate.
type Sampler<'a> = &'a dyn Fn(&mut Stream, f64) -> Vec<Count>;

fn draw(stream: &mut Stream, m: u32, p: f64) -> Count {
    Count::new(m, (0..m).filter(|_| stream.uniform() < p).count() as u32).unwrap()
}

fn shifted(p: f64, by: f64) -> f64 {
    1.0 / (1.0 + (1.0 - p) / p * (-by).exp())
}

fn simulate(counts: &[Count], seed: u64, one: impl Fn(&mut Stream, f64) -> Vec<Count>) -> Dispersion {
    let mut stream = Stream::new(seed, 7);
    let rate = |count: &Count| (f64::from(count.c()) + 0.3) / (f64::from(count.n()) + 0.6);
    let batches: Vec<Vec<Count>> = counts.iter().map(|count| one(&mut stream, rate(count))).collect();
    dispersion(&batches, DispersionOptions { permutations: 999, ..DispersionOptions::default() }).unwrap()
}

#[test]
fn planted_faults_have_the_reference_dispersion_and_are_flagged() {
    let (Some(sets), Some(expected)) = (sets(), simulations()) else { return };
    let faults: [(&str, bool, Sampler); 4] = [
        ("iid", true, &|s, p| (0..4).map(|_| draw(s, 32, p)).collect()),
        ("two_identical_seed_files", false, &|s, p| {
            let copy = draw(s, 32, p);
            vec![copy, copy, draw(s, 32, p), draw(s, 32, p)]
        }),
        ("each_sample_doubled_inside_batch", false, &|s, p| (0..4).map(|_| Count::new(32, 2 * draw(s, 16, p).c()).unwrap()).collect()),
        ("batch_effect_logit_sd_0.3", false, &|s, p| {
            (0..4)
                .map(|_| {
                    let by = 0.3 * s.normal();
                    draw(s, 32, shifted(p, by))
                })
                .collect()
        }),
    ];
    for (name, passes, one) in faults {
        let found = simulate(&sets[0].base, 1, one);
        let (centre, sd) =
            (expected["batch_dispersion_D"][name][0].as_f64().unwrap(), expected["batch_dispersion_D"][name][1].as_f64().unwrap());
        assert!((found.d - centre).abs() <= 4.0 * sd, "{name}: D = {} against {centre} ± {sd}", found.d);
        assert_eq!(found.finding.passed, passes, "{name}: {}", found.finding.message);
    }
}
