//! Steps and what they read from each other: a checked, topologically sorted graph.

use anyhow::Result;
use beyond_stage::user_error;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

/// One step: a stage with parameters and inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Unique within the graph; what people type and read.
    pub id: String,
    /// Name of a registered stage.
    pub stage: String,
    /// Parameters, not yet normalised.
    pub params: Value,
    /// Inputs in the order in which the stage sees them.
    pub inputs: Vec<Binding>,
    /// Where the step comes from.
    pub origin: Origin,
}

/// One input of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// What it is to the stage; roles may repeat.
    pub role: String,
    /// Where it comes from.
    pub source: Source,
}

/// Where an input comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// An output of another step.
    Output {
        /// Id of that step.
        step: String,
        /// File stem of a table (`completions`) or name of a folder (`checkpoint`).
        name: String,
    },
    /// A file or folder outside the store.
    Path(PathBuf),
}

/// The place in a spec that made a step. Lines and columns are 1-based; line 0 stands for "unknown".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The spec file.
    pub file: PathBuf,
    /// Line of the entry that made the step.
    pub line: u32,
    /// Column of that entry.
    pub column: u32,
    /// Params path (`sampling.temperature`) -> line and column of the YAML value.
    pub fields: BTreeMap<String, (u32, u32)>,
}

impl Origin {
    /// Line and column of a params path: those of its longest known prefix, else those of the step.
    pub fn locate(&self, params_path: &str) -> (u32, u32) {
        let mut prefix = params_path;
        loop {
            if let Some(place) = self.fields.get(prefix) {
                return *place;
            }
            match prefix.rfind('.') {
                Some(dot) => prefix = &prefix[..dot],
                None => return (self.line, self.column),
            }
        }
    }

    /// `file:line:column` of a params path.
    pub fn describe(&self, params_path: &str) -> String {
        let (line, column) = self.locate(params_path);
        format!("{}:{line}:{column}", self.file.display())
    }
}

/// A graph of steps, in topological order.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    steps: Vec<Step>,
    index: HashMap<String, usize>,
}

impl Graph {
    /// Checks that ids are unique, references exist and nothing depends on itself, and sorts the steps so that each stands after what it
    /// reads; ties keep the given order. All errors are the user's and name the place in the spec.
    pub fn new(steps: Vec<Step>) -> Result<Graph> {
        let index = unique(&steps)?;
        let parents = steps.iter().map(|step| parents(step, &index)).collect::<Result<Vec<_>>>()?;
        let order = sort(&parents).map_err(|cycle| cycle_error(&steps, &cycle))?;
        let mut slots: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
        let steps: Vec<Step> = order.iter().map(|&i| slots[i].take().expect("each step is sorted once")).collect();
        let index = steps.iter().enumerate().map(|(i, step)| (step.id.clone(), i)).collect();
        Ok(Graph { steps, index })
    }

    /// All steps, each after the steps it reads.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Position of a step in [`Graph::steps`].
    pub fn position(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// The step of an id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.position(id).map(|i| &self.steps[i])
    }

    /// Positions of the steps that step `i` reads, ascending, each once.
    pub fn parents(&self, i: usize) -> Vec<usize> {
        let found: BTreeSet<usize> = self.steps[i].inputs.iter().filter_map(|binding| self.producer(&binding.source)).collect();
        found.into_iter().collect()
    }

    /// Position of the step that makes a source; None for a path.
    pub fn producer(&self, source: &Source) -> Option<usize> {
        match source {
            Source::Output { step, .. } => self.position(step),
            Source::Path(_) => None,
        }
    }
}

fn unique(steps: &[Step]) -> Result<HashMap<String, usize>> {
    let mut index = HashMap::new();
    for (i, step) in steps.iter().enumerate() {
        if let Some(first) = index.insert(step.id.clone(), i) {
            let (here, there) = (step.origin.describe(""), steps[first].origin.describe(""));
            return Err(user_error(format!(
                "{here}: step id {:?} is used twice (first at {there}); give one of them another name",
                step.id
            )));
        }
    }
    Ok(index)
}

fn parents(step: &Step, index: &HashMap<String, usize>) -> Result<Vec<usize>> {
    let mut found = Vec::new();
    for binding in &step.inputs {
        let Source::Output { step: id, name } = &binding.source else { continue };
        let Some(&parent) = index.get(id) else {
            let here = step.origin.describe("");
            return Err(user_error(format!("{here}: step {:?} reads {name:?} of step {id:?}, which does not exist", step.id)));
        };
        found.push(parent);
    }
    Ok(found)
}

/// Kahn's algorithm, smallest position first. Errs with the positions of one cycle.
fn sort(parents: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    let mut children = vec![Vec::new(); parents.len()];
    for (i, list) in parents.iter().enumerate() {
        list.iter().for_each(|&parent| children[parent].push(i));
    }
    let mut ready: BTreeSet<usize> = (0..parents.len()).filter(|&i| waiting[i] == 0).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(i) = ready.pop_first() {
        order.push(i);
        for &child in &children[i] {
            waiting[child] -= 1;
            if waiting[child] == 0 {
                ready.insert(child);
            }
        }
    }
    if order.len() == parents.len() { Ok(order) } else { Err(cycle(parents, &waiting)) }
}

/// Follows unsorted parents until a step repeats.
fn cycle(parents: &[Vec<usize>], waiting: &[usize]) -> Vec<usize> {
    let mut at = waiting.iter().position(|&n| n > 0).expect("an unsorted step exists");
    let mut path = Vec::new();
    while !path.contains(&at) {
        path.push(at);
        at = *parents[at].iter().find(|&&parent| waiting[parent] > 0).expect("an unsorted step has an unsorted parent");
    }
    let start = path.iter().position(|&i| i == at).expect("the loop ended on it");
    path.drain(..start);
    path
}

fn cycle_error(steps: &[Step], cycle: &[usize]) -> anyhow::Error {
    let names: Vec<&str> = cycle.iter().chain(cycle.first()).map(|&i| steps[i].id.as_str()).collect();
    let here = steps[cycle[0]].origin.describe("");
    user_error(format!("{here}: these steps depend on each other in a cycle: {} (each reads the next); break one link", names.join(" -> ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str, reads: &[&str]) -> Step {
        let binding = |id: &&str| Binding { role: "rows".into(), source: Source::Output { step: id.to_string(), name: "rows".into() } };
        Step {
            id: id.into(),
            stage: "toy".into(),
            params: Value::Null,
            inputs: reads.iter().map(binding).collect(),
            origin: Origin { file: "lab.yaml".into(), line: 7, column: 3, fields: BTreeMap::new() },
        }
    }

    fn ids(graph: &Graph) -> Vec<&str> {
        graph.steps().iter().map(|step| step.id.as_str()).collect()
    }

    #[test]
    fn sorts_parents_first_and_keeps_the_given_order_otherwise() {
        let graph = Graph::new(vec![step("d", &["b", "c"]), step("c", &["a"]), step("b", &["a"]), step("a", &[]), step("e", &[])]).unwrap();
        assert_eq!(ids(&graph), ["a", "c", "b", "d", "e"]);
        assert_eq!(graph.parents(3), [1, 2]);
    }

    #[test]
    fn a_cycle_is_named_with_its_place() {
        let message =
            Graph::new(vec![step("a", &[]), step("x", &["a", "y"]), step("y", &["z"]), step("z", &["x"])]).unwrap_err().to_string();
        assert!(message.starts_with("lab.yaml:7:3: ") && message.contains("x -> y -> z -> x"), "{message}");
        let own = Graph::new(vec![step("a", &["a"])]).unwrap_err().to_string();
        assert!(own.contains("a -> a"), "{own}");
    }

    #[test]
    fn duplicate_ids_and_missing_steps_are_named() {
        let twice = Graph::new(vec![step("a", &[]), step("a", &[])]).unwrap_err().to_string();
        assert!(twice.contains("\"a\" is used twice"), "{twice}");
        let missing = Graph::new(vec![step("a", &["b"])]).unwrap_err().to_string();
        assert!(missing.contains("\"a\" reads \"rows\" of step \"b\""), "{missing}");
    }

    #[test]
    fn a_place_is_that_of_the_longest_known_prefix() {
        let fields = BTreeMap::from([("sampling".to_string(), (4, 5)), ("sampling.top_p".to_string(), (6, 12))]);
        let origin = Origin { file: "lab.yaml".into(), line: 2, column: 1, fields };
        assert_eq!(origin.locate("sampling.top_p"), (6, 12));
        assert_eq!(origin.locate("sampling.temperature"), (4, 5));
        assert_eq!(origin.describe("n"), "lab.yaml:2:1");
    }
}
