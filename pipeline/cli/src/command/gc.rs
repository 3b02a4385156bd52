//! `beyond gc`.

use super::{print_json, print_line};
use crate::args::{Cli, GcArgs, SpecArgs};
use crate::context::{Context, project, store};
use crate::text;
use anyhow::{Context as _, Result, ensure};
use beyond_runner::Survey;
use beyond_runner::gc::{Share, Sweep, Swept, sweep};
use std::path::PathBuf;
use std::process::ExitCode;

/// Removes, or shows, what the named specs do not reach.
pub fn gc(cli: &Cli, args: &GcArgs) -> Result<ExitCode> {
    let (mut contexts, mut unread) = (Vec::new(), Vec::new());
    for spec in specs(args)? {
        match all_presets(cli, spec.clone()) {
            Ok(found) => contexts.extend(found),
            Err(error) if !args.specs.is_empty() => return Err(error),
            Err(error) => {
                eprintln!("note     all that {} ever made is kept, because it cannot be read: {error:#}", spec.display());
                unread.push(spec);
            }
        }
    }
    let surveys = contexts.iter().map(Context::survey).collect::<Result<Vec<Survey>>>()?;
    let store = match contexts.first() {
        Some(context) => context.store.clone(),
        None => store(cli)?,
    };
    ensure!(
        contexts.iter().all(|context| context.store.root() == store.root()),
        "the specs belong to different stores; collect one at a time"
    );
    let swept = sweep(&store, &surveys, &unread, Sweep { delete: args.delete, journals: args.journals })?;
    if args.json { print_json(&swept) } else { print_line(&describe(&swept)) }
}

fn specs(args: &GcArgs) -> Result<Vec<PathBuf>> {
    if !args.specs.is_empty() {
        return Ok(args.specs.clone());
    }
    let folder = project()?.join("experiments");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}; name the specs to keep", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut specs: Vec<PathBuf> = paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    specs.sort();
    Ok(specs)
}

fn all_presets(cli: &Cli, spec: PathBuf) -> Result<Vec<Context>> {
    let load = |preset: Option<String>| Context::load(cli, &SpecArgs { spec: spec.clone(), preset });
    let first = load(None)?;
    let others = first.loaded.presets.clone();
    std::iter::once(Ok(first)).chain(others.into_iter().map(|preset| load(Some(preset)))).collect()
}

fn describe(swept: &Swept) -> String {
    let line = |(gone, kept): (&Share, &Share)| {
        let share = |share: &Share| format!("{:>6} {:>10}", share.count, text::bytes(share.bytes));
        format!("{:<10}  {}   {}", gone.kind, share(gone), share(kept))
    };
    let mut lines = vec![format!("{:<10}  {:>17}   {:>17}", "", if swept.deleted { "removed" } else { "would go" }, "kept")];
    lines.extend(swept.removed.iter().zip(&swept.kept).map(line));
    lines.push(match swept.deleted {
        true => format!("{} freed", text::bytes(swept.freed())),
        false => format!("{} would be freed; nothing was removed: add --delete", text::bytes(swept.freed())),
    });
    lines.join("\n")
}
