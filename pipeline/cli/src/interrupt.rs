//! Ctrl-C and SIGTERM: the first asks the run to stop, the second ends it at once, which is as safe as a kill.

use anyhow::{Context, Result};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that the signals set.
pub fn flag() -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    let handler = move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        // on a terminal the cursor stands behind the bars and the ^C
        let fresh_line = if std::io::stderr().is_terminal() { "\n" } else { "" };
        eprintln!("{fresh_line}stopping after the work in flight; press Ctrl-C again to stop at once");
    };
    ctrlc::set_handler(handler).context("cannot catch Ctrl-C")?;
    Ok(flag)
}
