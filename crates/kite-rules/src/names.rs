//! The names an expression may use, and the check that it uses no others.

use std::collections::BTreeMap;

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr};

use crate::functions::{self, Known, known};
use crate::hint;

/// Names that CEL itself knows.
const TYPES: [&str; 10] = ["bool", "bytes", "double", "int", "list", "map", "null_type", "optional", "string", "uint"];

/// What is known of a variable.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Anything.
    Open,
    /// A map with exactly these fields.
    Fields(Vec<String>),
}

/// The variables that an expression may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    variables: BTreeMap<String, Shape>,
}

/// Something an expression refers to that is not there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// The node of the expression.
    pub(crate) node: u64,
    /// What is wrong.
    pub(crate) message: String,
    /// What may help.
    pub(crate) hint: Option<String>,
}

/// What an expression refers to.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Variables, without those that the expression itself declares.
    pub(crate) variables: Vec<String>,
    /// What is not there.
    pub(crate) unknown: Vec<Unknown>,
}

impl Names {
    pub(crate) fn with(mut self, name: &str, shape: Shape) -> Self {
        self.variables.insert(name.to_owned(), shape);
        self
    }

    pub(crate) fn add(&mut self, name: &str) {
        self.variables.insert(name.to_owned(), Shape::Open);
    }

    /// Adds a field to a variable that has only certain ones; `false` when it is there already.
    pub(crate) fn add_field(&mut self, variable: &str, field: &str) -> bool {
        match self.variables.get_mut(variable) {
            Some(Shape::Fields(fields)) if !fields.iter().any(|known| known == field) => {
                fields.push(field.to_owned());
                true
            }
            _ => false,
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.variables.contains_key(name) || TYPES.contains(&name)
    }

    /// Walks an expression and notes what it refers to.
    pub(crate) fn references(&self, expression: &IdedExpr) -> References {
        let mut walk = Walk { names: self, local: Vec::new(), found: References::default() };
        walk.expression(expression);
        walk.found
    }
}

struct Walk<'a> {
    names: &'a Names,
    /// Variables of the comprehensions around the present node.
    local: Vec<&'a str>,
    found: References,
}

impl<'a> Walk<'a> {
    fn expression(&mut self, node: &'a IdedExpr) {
        match &node.expr {
            Expr::Ident(name) => self.variable(node.id, name),
            Expr::Select(select) => {
                if let Expr::Ident(name) = &select.operand.expr {
                    self.field(node.id, name, &select.field);
                }
                self.expression(&select.operand);
            }
            Expr::Call(call) => self.call(node.id, call),
            Expr::List(list) => list.elements.iter().for_each(|e| self.expression(e)),
            Expr::Map(map) => map.entries.iter().for_each(|e| self.entry(e)),
            Expr::Struct(value) => {
                let message = format!("unknown type `{}`", value.type_name);
                self.unknown(node.id, message, hint::meant(&value.type_name, TYPES));
            }
            Expr::Comprehension(loop_) => {
                self.expression(&loop_.iter_range);
                self.expression(&loop_.accu_init);
                let outside = self.local.len();
                self.local.extend([loop_.iter_var.as_str(), &loop_.accu_var]);
                self.local.extend(loop_.iter_var2.as_deref());
                self.expression(&loop_.loop_cond);
                self.expression(&loop_.loop_step);
                self.expression(&loop_.result);
                self.local.truncate(outside);
            }
            Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn entry(&mut self, entry: &'a IdedEntryExpr) {
        match &entry.expr {
            EntryExpr::StructField(field) => self.expression(&field.value),
            EntryExpr::MapEntry(entry) => {
                self.expression(&entry.key);
                self.expression(&entry.value);
            }
        }
    }

    fn variable(&mut self, node: u64, name: &str) {
        if self.local.contains(&name) {
            return;
        }
        if self.names.contains(name) {
            self.found.variables.push(name.to_owned());
        } else {
            let known = self.names.variables.keys().map(String::as_str).chain(self.local.iter().copied());
            let hint = hint::meant(name, known);
            self.unknown(node, format!("unknown name `{name}`"), hint);
        }
    }

    fn field(&mut self, node: u64, variable: &str, field: &str) {
        if self.local.contains(&variable) {
            return;
        }
        if let Some(Shape::Fields(fields)) = self.names.variables.get(variable)
            && !fields.iter().any(|known| known == field)
        {
            let hint = hint::meant(field, fields.iter().map(String::as_str));
            self.unknown(node, format!("`{variable}` has no field `{field}`"), hint);
        }
    }

    fn call(&mut self, node: u64, call: &'a CallExpr) {
        let arguments = call.args.len() + usize::from(call.target.is_some());
        match known(&call.func_name, arguments) {
            Known::Yes => {}
            Known::No => {
                let hint = hint::meant(&call.func_name, functions::names());
                self.unknown(node, format!("unknown function `{}`", call.func_name), hint);
            }
            Known::WrongArguments => {
                let counts: Vec<_> = functions::counts(&call.func_name).map(|count| count.to_string()).collect();
                let hint = Some(format!("it takes {}, a receiver included", counts.join(" or ")));
                self.unknown(node, format!("`{}` does not take {arguments} arguments", call.func_name), hint);
            }
        }
        // Optional selection, `payload.?field`.
        if let (Some(Expr::Ident(variable)), Some(Expr::Literal(field))) =
            (call.args.first().map(|argument| &argument.expr), call.args.get(1).map(|argument| &argument.expr))
            && call.func_name == "_?._"
            && let cel::common::ast::LiteralValue::String(field) = field
        {
            self.field(node, variable, field.inner());
        }
        call.target.iter().for_each(|target| self.expression(target));
        call.args.iter().for_each(|argument| self.expression(argument));
    }

    fn unknown(&mut self, node: u64, message: String, hint: Option<String>) {
        self.found.unknown.push(Unknown { node, message, hint });
    }
}
