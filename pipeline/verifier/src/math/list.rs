//! Several answers: order-free unless said otherwise, named or not, subset and superset fail.

use super::{
    modular::{self, Print},
    relation::{self, Assignment},
    tree::{Node, Rel},
    verdict::{Judge, Verdict},
};

/// Most answers in a list.
const MAX_ITEMS: usize = 256;
/// Most sign combinations that are written out.
const MAX_SIGNS: u32 = 4;

/// One answer of several.
#[derive(Clone, Debug)]
struct Entry {
    name: Option<Node>,
    value: Node,
}

/// The answers a node stands for: `\pm` written out with all signs, or with all equal signs when `\mp` occurs.
pub fn expanded(node: &Node) -> Vec<Node> {
    let signs = count_signs(node);
    if signs == 0 || signs > MAX_SIGNS {
        return vec![node.clone()];
    }
    let linked = node.any(&|n| matches!(n, Node::PlusMinus(true, _)));
    let combinations = if linked { vec![0, u32::MAX] } else { (0..1 << signs).collect() };
    combinations.into_iter().map(|bits| with_signs(node, bits, &mut 0)).collect()
}

/// The same with equal signs throughout: the other way to read several `\pm`.
fn linked(node: &Node) -> Vec<Node> {
    match count_signs(node) {
        0 => vec![node.clone()],
        _ => [0, u32::MAX].into_iter().map(|bits| with_signs(node, bits, &mut 0)).collect(),
    }
}

fn count_signs(node: &Node) -> u32 {
    let own = u32::from(matches!(node, Node::PlusMinus(..)));
    node.children().into_iter().map(count_signs).sum::<u32>() + own
}

fn with_signs(node: &Node, bits: u32, next: &mut u32) -> Node {
    if let Node::PlusMinus(opposite, inner) = node {
        let negative = (bits.checked_shr(*next).unwrap_or(bits) & 1 == 1) != *opposite;
        *next += 1;
        let inner = with_signs(inner, bits, next);
        return if negative { Node::Neg(Box::new(inner)) } else { inner };
    }
    node.map_children(&mut |c| with_signs(c, bits, next))
}

/// Items of lists and sets, in order, without "k is an integer".
fn items(node: &Node, expand: fn(&Node) -> Vec<Node>) -> Vec<Node> {
    match node {
        Node::List(parts) | Node::Set(parts) => {
            let all: Vec<Node> = parts.iter().flat_map(|p| items(p, expand)).collect();
            let kept: Vec<Node> = all.iter().filter(|n| !is_side_condition(n)).cloned().collect();
            if kept.is_empty() { all } else { kept }
        }
        other => expand(other),
    }
}

/// `k \in \mathbb{Z}`.
fn is_side_condition(node: &Node) -> bool {
    match node {
        Node::Chain(_, rest) => matches!(rest.as_slice(), [(Rel::In, Node::NamedSet(_) | Node::Text(_))]),
        _ => false,
    }
}

fn entry(node: &Node) -> Entry {
    match relation::assignment(node) {
        Some(Assignment { name, value }) if name != Node::Text(String::new()) => Entry { name: Some(name), value },
        _ => Entry { name: None, value: node.clone() },
    }
}

impl Judge<'_> {
    /// Lists, sets, and single answers against them.
    pub fn lists(&self, gold: &Node, pred: &Node) -> Verdict {
        let verdict = self.lists_with(gold, pred, expanded);
        if verdict.is_equal() || count_signs(gold).max(count_signs(pred)) < 2 {
            return verdict;
        }
        verdict.or(|| self.lists_with(gold, pred, linked))
    }

    fn lists_with(&self, gold: &Node, pred: &Node, expand: fn(&Node) -> Vec<Node>) -> Verdict {
        let entries = |n: &Node| items(n, expand).iter().map(entry).collect::<Vec<_>>();
        let set = |n: &Node| matches!(n, Node::Set(items) if items.len() > 1);
        let ordered = |n: &Node| matches!(n, Node::Tuple(_) | Node::Bracket(_) | Node::Interval(..));
        if set(gold) && ordered(pred) || ordered(gold) && set(pred) {
            return Verdict::different("a set against a tuple");
        }
        let (a, b) = (entries(gold), entries(pred));
        if a.iter().chain(&b).any(|e| count_signs(&e.value) > 0) {
            return Verdict::Unknown("more signs than are written out".to_owned());
        }
        if a.len() > MAX_ITEMS || b.len() > MAX_ITEMS {
            return Verdict::Exhausted;
        }
        if gold.any(&|n| *n == Node::Ellipsis) || pred.any(&|n| *n == Node::Ellipsis) {
            return self.in_order(&a, &b);
        }
        if let Some(verdict) = self.unpacked(&a, &b) {
            return verdict;
        }
        if a.iter().all(|e| e.name.is_some()) && b.iter().all(|e| e.name.is_some()) {
            return self.by_name(&a, &b);
        }
        let set = |n: &Node| matches!(n, Node::Set(_));
        let either_set = set(gold) || set(pred);
        if self.options.ordered && !either_set || positional(&a, &b) || positional(&b, &a) {
            return self.in_order(&a, &b);
        }
        self.unordered(&a, &b)
    }

    /// `a=1, b=2` against `(1,2)`, a tuple against the same values side by side.
    fn unpacked(&self, a: &[Entry], b: &[Entry]) -> Option<Verdict> {
        let parts = |one: &[Entry], many: &[Entry]| match one {
            [Entry { value: Node::Tuple(parts) | Node::Bracket(parts), .. }] if many.len() > 1 => {
                Some(parts.iter().map(|p| Entry { name: None, value: p.clone() }).collect::<Vec<_>>())
            }
            _ => None,
        };
        if let Some(parts) = parts(a, b) {
            return Some(self.in_order(&parts, b));
        }
        parts(b, a).map(|parts| self.in_order(a, &parts))
    }

    fn by_name(&self, a: &[Entry], b: &[Entry]) -> Verdict {
        let known = |e: &Entry, all: &[Entry]| all.iter().any(|f| self.same_name(e, f));
        let shared = a.iter().filter(|e| known(e, b)).count();
        let all = shared == a.len() && b.iter().all(|e| known(e, a));
        if all {
            return self.matched(a, b, |x, y| {
                if self.same_name(x, y) { self.compare(&x.value, &y.value) } else { Verdict::different("another name") }
            });
        }
        if shared > 0 && self.options.names_matter {
            return Verdict::different("values for different names");
        }
        if distinct_names(a) > 1 { self.in_order(a, b) } else { self.unordered(a, b) }
    }

    fn same_name(&self, x: &Entry, y: &Entry) -> bool {
        match (&x.name, &y.name) {
            (Some(p), Some(q)) => p == q || p.kind() == q.kind() && self.same_print(p, q),
            _ => false,
        }
    }

    fn same_print(&self, p: &Node, q: &Node) -> bool {
        let print = |n| modular::print(n, self.budget).ok().flatten();
        print(p).zip(print(q)).is_some_and(|(x, y)| x.same(&y))
    }

    fn in_order(&self, a: &[Entry], b: &[Entry]) -> Verdict {
        if a.len() != b.len() {
            return count_differs(a.len(), b.len());
        }
        let pairs = a.iter().zip(b).enumerate();
        Verdict::all(pairs.map(|(i, (x, y))| self.at(i, a.len()).compare(&x.value, &y.value)), "equal in order")
    }

    fn unordered(&self, a: &[Entry], b: &[Entry]) -> Verdict {
        if !self.options.tolerance.is_empty() {
            return self.matched_with_tolerances(a, b);
        }
        let (a, mut b) = (self.deduplicated(a), self.deduplicated(b));
        if a.len() != b.len() {
            return count_differs(a.len(), b.len());
        }
        for i in 0..a.len() {
            // Equal fingerprints stand opposite each other, so that the same answers in another order are found at once.
            let partner = (i..b.len()).find(|j| same(&a[i].1, &b[*j].1));
            b.swap(i, partner.unwrap_or(i));
        }
        let entries = |printed: Vec<(Entry, Option<Print>)>| printed.into_iter().map(|p| p.0).collect::<Vec<_>>();
        self.matched(&entries(a), &entries(b), |x, y| self.compare(&x.value, &y.value))
    }

    /// Duplicates collapse; equal fingerprints find them without comparing everything with everything.
    fn deduplicated(&self, all: &[Entry]) -> Vec<(Entry, Option<Print>)> {
        let mut kept: Vec<(Entry, Option<Print>)> = Vec::new();
        for entry in all {
            let print = modular::print(&entry.value, self.budget).ok().flatten();
            if !kept.iter().any(|(k, other)| k.value == entry.value || same(other, &print)) {
                kept.push((entry.clone(), print));
            }
        }
        kept
    }

    /// Pairs every gold answer with an unused equal one; equality being transitive, greedy pairing is enough.
    fn matched(&self, a: &[Entry], b: &[Entry], equal: impl Fn(&Entry, &Entry) -> Verdict) -> Verdict {
        let mut used = vec![false; b.len()];
        let mut worst = None;
        for (i, x) in a.iter().enumerate() {
            let mut found = false;
            // The one opposite first.
            for (j, y) in b.iter().enumerate().skip(i).chain(b.iter().enumerate().take(i)) {
                if used[j] {
                    continue;
                }
                match equal(x, y) {
                    Verdict::Equal(_) => {
                        used[j] = true;
                        found = true;
                        break;
                    }
                    Verdict::Different(_) => {}
                    undecided => worst = Some(undecided),
                }
            }
            if !found {
                return worst.unwrap_or_else(|| Verdict::different("an answer of the gold list is missing"));
            }
        }
        if a.len() < b.len() {
            return count_differs(a.len(), b.len());
        }
        Verdict::equal("the same answers")
    }

    /// Closeness is not transitive: answers are tried in order of the gold list, each with its own tolerance.
    fn matched_with_tolerances(&self, a: &[Entry], b: &[Entry]) -> Verdict {
        if a.len() != b.len() {
            return count_differs(a.len(), b.len());
        }
        let mut used = vec![false; b.len()];
        for (i, x) in a.iter().enumerate() {
            let judge = self.at(i, a.len());
            let hit = (0..b.len()).find(|&j| !used[j] && judge.compare(&x.value, &b[j].value).is_equal());
            match hit {
                Some(j) => used[j] = true,
                None => return Verdict::different("an answer of the gold list is missing"),
            }
        }
        Verdict::equal("the same answers within their tolerances")
    }

    /// The judge for the i-th of n answers: with its own tolerance when there is one for each.
    fn at(&self, i: usize, n: usize) -> Self {
        let tolerances = &self.options.tolerance;
        if tolerances.len() != n || n < 2 {
            return *self;
        }
        Self { tolerance: Some(tolerances[i]), ..*self }
    }

    /// Two ordered collections of one length.
    pub fn part_by_part(&self, a: &[Node], b: &[Node]) -> Verdict {
        let entries = |v: &[Node]| v.iter().map(|n| Entry { name: None, value: n.clone() }).collect::<Vec<_>>();
        self.in_order(&entries(a), &entries(b))
    }
}

/// Equal fingerprints.
fn same(a: &Option<Print>, b: &Option<Print>) -> bool {
    a.as_ref().zip(b.as_ref()).is_some_and(|(x, y)| x.same(y))
}

fn count_differs(gold: usize, pred: usize) -> Verdict {
    Verdict::different(format!("{pred} answers, the gold has {gold}"))
}

/// Whether values belong to several names: then their order counts against a list without names.
/// Indexed copies of one name (`x_1`, `x_2`) are roots of one equation, in any order.
fn positional(named: &[Entry], plain: &[Entry]) -> bool {
    let all_named = named.len() > 1 && named.iter().all(|e| e.name.is_some());
    all_named && plain.iter().all(|e| e.name.is_none()) && distinct_names(named) > 1 && !same_stem(named)
}

fn distinct_names(all: &[Entry]) -> usize {
    let mut names: Vec<&Node> = Vec::new();
    for entry in all {
        if let Some(name) = &entry.name
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names.len()
}

fn same_stem(all: &[Entry]) -> bool {
    let stem = |e: &Entry| match &e.name {
        Some(Node::Sym(s)) => s.split_once('_').map(|(stem, _)| stem.to_owned()),
        Some(Node::Indexed(s, _)) => Some(s.clone()),
        _ => None,
    };
    let first = all.first().and_then(stem);
    first.is_some() && all.iter().all(|e| stem(e) == first)
}
