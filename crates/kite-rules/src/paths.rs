//! Which parts of an object the expressions of a rule read, so that the rest need not be kept.

use std::collections::BTreeMap;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};

/// The parts of a JSON value that are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needed {
    /// All of it.
    Whole,
    /// Only these fields, when it is an object; for lists, only these fields of each item.
    Fields(BTreeMap<String, Needed>),
}

impl Needed {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        Self::Fields(BTreeMap::new())
    }

    /// Adds what lies at the end of a path of fields.
    pub(crate) fn add<'p>(&mut self, path: impl IntoIterator<Item = &'p str>) {
        let mut here = self;
        for field in path {
            match here {
                Self::Whole => return,
                Self::Fields(fields) => here = fields.entry(field.to_owned()).or_insert_with(Self::nothing),
            }
        }
        *here = Self::Whole;
    }

    /// Adds what is needed somewhere else.
    pub(crate) fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Whole, _) => {}
            (_, Self::Whole) => *self = Self::Whole,
            (Self::Fields(ours), Self::Fields(theirs)) => {
                for (field, needed) in theirs {
                    ours.entry(field.clone()).or_insert_with(Self::nothing).merge(needed);
                }
            }
        }
    }
}

/// The parts of the variable `object` that an expression reads.
///
/// A chain of fields (`object.status.?phase`, `annotation(object, 'key')`) needs what it ends at; any
/// other use of `object` needs all of it.
pub(crate) fn of(expression: &IdedExpr) -> Needed {
    let mut needed = Needed::nothing();
    collect(expression, &mut needed);
    needed
}

fn collect(node: &IdedExpr, needed: &mut Needed) {
    if let Some(path) = path(node) {
        return needed.add(path);
    }
    match &node.expr {
        Expr::Select(select) => collect(&select.operand, needed),
        Expr::Call(call) => {
            let all = call.target.iter().map(|target| &**target).chain(&call.args);
            all.for_each(|part| collect(part, needed));
        }
        Expr::List(list) => list.elements.iter().for_each(|element| collect(element, needed)),
        Expr::Map(map) => map.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => {
                collect(&entry.key, needed);
                collect(&entry.value, needed);
            }
            EntryExpr::StructField(field) => collect(&field.value, needed),
        }),
        Expr::Comprehension(each) => {
            let parts = [&each.iter_range, &each.accu_init, &each.loop_cond, &each.loop_step, &each.result];
            for part in parts {
                collect(part, needed);
            }
        }
        Expr::Ident(_) | Expr::Struct(_) | Expr::Literal(_) | Expr::Unspecified => {}
    }
}

/// The fields on the way from `object` to what a node stands for, if it is such a chain.
fn path(node: &IdedExpr) -> Option<Vec<&str>> {
    match &node.expr {
        Expr::Ident(name) => (name == "object").then(Vec::new),
        Expr::Select(select) => joined(path(&select.operand)?, &[&select.field]),
        Expr::Call(call) => {
            let [of, key] = call.args.as_slice() else { return None };
            let Expr::Literal(LiteralValue::String(key)) = &key.expr else { return None };
            let between: &[&str] = match call.func_name.as_str() {
                "_?._" | "_[_]" | "_[?_]" => &[],
                "label" => &["metadata", "labels"],
                "annotation" => &["metadata", "annotations"],
                _ => return None,
            };
            joined(joined(path(of)?, between)?, &[key.inner()])
        }
        _ => None,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "reads as one chain in `path`")]
fn joined<'e>(mut path: Vec<&'e str>, fields: &[&'e str]) -> Option<Vec<&'e str>> {
    path.extend(fields);
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::environment;

    fn paths(source: &str) -> Vec<String> {
        fn write(needed: &Needed, so_far: &str, to: &mut Vec<String>) {
            match needed {
                Needed::Whole => to.push(so_far.to_owned()),
                Needed::Fields(fields) => {
                    for (field, below) in fields {
                        write(below, &format!("{so_far}/{field}"), to);
                    }
                }
            }
        }
        let mut found = Vec::new();
        write(&of(environment().compile(source).unwrap().expression()), "", &mut found);
        found
    }

    #[test]
    fn chains_of_fields_need_what_they_end_at() {
        assert_eq!(paths("object.a.b == 'x' || object.?a.?c.orValue('') == 'y'"), ["/a/b", "/a/c"]);
        assert_eq!(paths("object.?list[?0].?name.orValue('')"), ["/list"]);
        assert_eq!(
            paths("label(object, 'a/b') + annotation(object, 'c')"),
            ["/metadata/annotations/c", "/metadata/labels/a/b"]
        );
        assert_eq!(paths("has(object.a) && object['b'] == 1"), ["/a", "/b"]);
        assert_eq!(paths("find(object.?status.?conditions, 'type', 'Ready')"), ["/status/conditions"]);
        assert_eq!(paths("object.list.filter(item, item.x == object.y)"), ["/list", "/y"]);
    }

    #[test]
    fn other_uses_need_everything() {
        assert_eq!(paths("size(object) > 1 || object.a == 1"), [""]);
        assert_eq!(paths("label(object, config.clusterUrl) == ''"), [""]);
    }

    #[test]
    fn what_is_above_covers_what_is_below() {
        assert_eq!(paths("object.a.b == 1 && object.a == {}"), ["/a"]);
        assert_eq!(paths("object.a == {} && object.a.b == 1"), ["/a"]);
    }
}
