//! Numbers for people.

/// `812`, `4.5 k`, `12 M`: three digits are enough to see how fast it goes.
pub fn count(value: f64) -> String {
    for (limit, scale, suffix) in [(9_999.5, 1.0, ""), (999_950.0, 1e3, " k"), (999_950_000.0, 1e6, " M")] {
        if value < limit {
            let scaled = value / scale;
            let digits = usize::from(scale > 1.0 && scaled < 99.95);
            return format!("{scaled:.digits$}{suffix}");
        }
    }
    format!("{:.1} G", value / 1e9)
}

/// `512 B`, `3.2 MB`.
pub fn bytes(value: u64) -> String {
    for (scale, suffix) in [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")] {
        if value as f64 >= scale {
            return format!("{:.1} {suffix}", value as f64 / scale);
        }
    }
    format!("{value} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_keep_three_digits() {
        assert_eq!(
            [0.4, 812.0, 9999.0, 45_210.0, 999_949.0, 12e6, 3.4e9].map(count),
            ["0", "812", "9999", "45.2 k", "1000 k", "12.0 M", "3.4 G"]
        );
        assert_eq!([0, 999, 3_200_000].map(bytes), ["0 B", "999 B", "3.2 MB"]);
    }
}
