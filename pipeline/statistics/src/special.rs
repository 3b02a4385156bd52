//! Special functions: gamma, incomplete gamma and beta, and the normal, t, beta and binomial laws.

use std::f64::consts::{PI, SQRT_2};

const EPS: f64 = 1e-16;
/// Stands for a zero denominator in Lentz's continued fractions.
const TINY: f64 = 1e-300;
const MAX_TERMS: usize = 10_000;

/// Horner's rule, highest coefficient first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// ln Γ(x), x > 0 (Lanczos, g = 607/128, 15 terms; relative error below 1e-14).
pub fn ln_gamma(x: f64) -> f64 {
    const LANCZOS: [f64; 15] = [
        0.999_999_999_999_997_1,
        57.156_235_665_862_92,
        -59.597_960_355_475_49,
        14.136_097_974_741_746,
        -0.491_913_816_097_620_2,
        3.399_464_998_481_189e-5,
        4.652_362_892_704_858e-5,
        -9.837_447_530_487_956e-5,
        1.580_887_032_249_125e-4,
        -2.102_644_417_241_049e-4,
        2.174_396_181_152_126_5e-4,
        -1.643_181_065_367_639e-4,
        8.441_822_398_385_275e-5,
        -2.619_083_840_158_140_8e-5,
        3.689_918_265_953_162_5e-6,
    ];
    if x < 0.5 {
        return (PI / (PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let sum = LANCZOS.iter().enumerate().skip(1).fold(LANCZOS[0], |sum, (i, c)| sum + c / (x + i as f64));
    let t = x + 607.0 / 128.0 + 0.5;
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// ln B(a, b), a, b > 0.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// ln C(n, k); -inf when k > n.
pub fn ln_choose(n: u32, k: u32) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    if k == 0 || k == n {
        return 0.0;
    }
    ln_gamma(f64::from(n) + 1.0) - ln_gamma(f64::from(k) + 1.0) - ln_gamma(f64::from(n - k) + 1.0)
}

/// Upper regularised incomplete gamma Q(a, x), a > 0, x >= 0.
pub fn gamma_q(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scale = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 { 1.0 - scale * gamma_series(a, x) } else { scale * gamma_fraction(a, x) }
}

/// Σ x^j / (a (a+1) ... (a+j)).
fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for j in 1..MAX_TERMS {
        term *= x / (a + j as f64);
        sum += term;
        if term < sum * EPS {
            break;
        }
    }
    sum
}

/// The continued fraction of Q (Lentz).
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut h = d;
    for i in 1..MAX_TERMS {
        let i = i as f64;
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / nonzero(an * d + b);
        c = nonzero(b + an / c);
        h *= d * c;
        if (d * c - 1.0).abs() < EPS * 10.0 {
            break;
        }
    }
    h
}

fn nonzero(x: f64) -> f64 {
    if x.abs() < TINY { TINY } else { x }
}

/// Regularised incomplete beta I_x(a, b), a, b > 0, 0 <= x <= 1.
pub fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b)).exp();
    if x < (a + 1.0) / (a + b + 2.0) { front * beta_fraction(a, b, x) / a } else { 1.0 - front * beta_fraction(b, a, 1.0 - x) / b }
}

/// The continued fraction of I_x (Lentz).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let (mut c, mut d) = (1.0, 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0)));
    let mut h = d;
    for m in 1..MAX_TERMS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            d = 1.0 / nonzero(1.0 + step * d);
            c = nonzero(1.0 + step / c);
            change = c * d;
            h *= change;
        }
        if (change - 1.0).abs() < EPS * 10.0 {
            break;
        }
    }
    h
}

/// P(Z <= x), Z standard normal.
pub fn normal_cdf(x: f64) -> f64 {
    let tail = 0.5 * gamma_q(0.5, (x / SQRT_2).powi(2));
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// The x with P(Z <= x) = p, 0 < p < 1 (Wichura 1988, algorithm AS 241; relative error about 1e-16).
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * central_ratio(0.180_625 - q * q);
    }
    let r = (-p.min(1.0 - p).ln()).sqrt();
    let x = if r <= 5.0 { middle_ratio(r - 1.6) } else { outer_ratio(r - 5.0) };
    if q < 0.0 { -x } else { x }
}

fn central_ratio(r: f64) -> f64 {
    const TOP: [f64; 8] = [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_4,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ];
    const BOTTOM: [f64; 8] = [
        5_226.495_278_852_855,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ];
    polynomial(&TOP, r) / polynomial(&BOTTOM, r)
}

fn middle_ratio(r: f64) -> f64 {
    const TOP: [f64; 8] = [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ];
    const BOTTOM: [f64; 8] = [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ];
    polynomial(&TOP, r) / polynomial(&BOTTOM, r)
}

fn outer_ratio(r: f64) -> f64 {
    const TOP: [f64; 8] = [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_048_7e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ];
    const BOTTOM: [f64; 8] = [
        2.044_263_103_389_939_8e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_88e-1,
        1.0,
    ];
    polynomial(&TOP, r) / polynomial(&BOTTOM, r)
}

/// P(T <= x) of Student's t with `df` degrees of freedom.
pub fn t_cdf(x: f64, df: f64) -> f64 {
    let tail = 0.5 * beta_inc(0.5 * df, 0.5, df / (df + x * x));
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// The x with P(T <= x) = p, 0 < p < 1, `df` >= 1.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    let tail = p.min(1.0 - p);
    // P(|T| > x) = I_{df/(df+x²)}(df/2, 1/2)
    let y = beta_quantile(2.0 * tail, 0.5 * df, 0.5);
    let x = (df * (1.0 - y) / y).sqrt();
    if p < 0.5 { -x } else { x }
}

/// The x with I_x(a, b) = p (bisection on ln x and ln(1-x), so both ends keep their relative precision).
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let logistic = |y: f64| 1.0 / (1.0 + (-y).exp());
    let (mut low, mut high) = (-700.0, 36.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if beta_inc(a, b, logistic(middle)) < p { low = middle } else { high = middle }
    }
    logistic(0.5 * (low + high))
}

/// P(X >= x) for X ~ Binomial(n, p).
pub fn binomial_upper(n: u32, p: f64, x: u32) -> f64 {
    match x {
        0 => 1.0,
        _ if x > n => 0.0,
        _ => beta_inc(f64::from(x), f64::from(n - x) + 1.0, p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs().max(1e-300), "{a} is not {b}");
    }

    // Reference values: Python's math.lgamma and math.comb, tan(0.475π), scipy.stats.
    #[test]
    fn gamma_and_beta() {
        close(ln_gamma(0.1), 2.252_712_651_734_205_5, 1e-13);
        close(ln_gamma(10.5), 13.940_625_219_403_763, 1e-14);
        close(ln_gamma(1025.0), 6_078.211_884_750_051, 1e-13);
        close(ln_choose(128, 64).exp(), 2.395_114_604_192_808_3e37, 1e-11);
        assert_eq!(ln_choose(3, 4), f64::NEG_INFINITY);
        close(beta_inc(2.0, 3.0, 0.4), 0.5248, 1e-14);
        close(beta_inc(1.0, 128.0, 0.01), 1.0 - 0.99f64.powi(128), 1e-13);
        close(gamma_q(3.0, 2.0), 5.0 * (-2.0f64).exp(), 1e-14);
    }

    #[test]
    fn normal_law() {
        close(normal_quantile(0.975), 1.959_963_984_540_054, 1e-14);
        close(normal_cdf(-3.0), 1.349_898_031_630_094_6e-3, 1e-13);
        for p in [1e-300, 1e-20, 1e-6, 0.01, 0.074, 0.076, 0.3, 0.5, 0.93, 0.999] {
            close(normal_cdf(normal_quantile(p)), p, 1e-12);
        }
    }

    #[test]
    fn t_and_beta_quantiles() {
        close(t_quantile(0.975, 29.0), 2.045_229_642_132_703, 1e-12);
        close(t_quantile(0.975, 1.0), 12.706_204_736_174_694, 1e-12);
        close(t_quantile(0.025, 499.0), -t_quantile(0.975, 499.0), 1e-14);
        close(t_cdf(2.045_229_642_132_703, 29.0), 0.975, 1e-13);
        close(beta_quantile(0.95, 1.0, 128.0), 1.0 - 0.05f64.powf(1.0 / 128.0), 1e-12);
        assert_eq!(beta_quantile(0.0, 2.0, 2.0), 0.0);
    }

    #[test]
    fn binomial_tail_by_enumeration() {
        let (n, p) = (10u32, 0.3f64);
        for x in 0..=n {
            let sum: f64 = (x..=n).map(|j| ln_choose(n, j).exp() * p.powi(j as i32) * (1.0 - p).powi((n - j) as i32)).sum();
            close(binomial_upper(n, p, x), sum, 1e-12);
        }
        assert_eq!(binomial_upper(3, 0.5, 4), 0.0);
    }
}
