//! Holds an expression against the types of its variables, so that a slip shows when the policy is read, not on the day
//! that it should have found something.

use std::ops::Range;

use super::ast::{Call, Each, EachKind, Expression, Kind, Name, Op};
use super::error::CelError;
use super::functions::{self, Function};
use super::types::{Type, Words};
use crate::text::yaml::nearest;

/// The type of an expression over variables of these names and types.
///
/// # Errors
/// When a name does not exist, or something cannot be done with values of such types.
pub fn check(expression: &Expression, variables: &[(&str, Type)]) -> Result<Type, CelError> {
    let variables = variables.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    Checker { variables }.check(expression)
}

type Checked = Result<Type, CelError>;

struct Checker {
    /// The innermost last.
    variables: Vec<(String, Type)>,
}

impl Checker {
    fn check(&mut self, expression: &Expression) -> Checked {
        let range = &expression.range;
        Ok(match &expression.kind {
            Kind::Null => Type::Null,
            Kind::Bool(_) => Type::Bool,
            Kind::Int(_) => Type::Int,
            Kind::Double(_) => Type::Double,
            Kind::Text(_) => Type::Text,
            Kind::List(items) => self.list(items)?,
            Kind::Variable(name) => self.variable(name, range)?,
            Kind::Field(of, name) => {
                let of = self.check(of)?;
                field(of, name)?
            }
            Kind::Has(of, name) => self.has(of, name)?,
            Kind::Index(of, index) => self.index(of, index)?,
            Kind::Not(of) => self.condition(of, "`!`")?,
            Kind::Negative(of) => match self.check(of)? {
                number @ (Type::Int | Type::Double | Type::Any) => number,
                other => return Err(CelError::new(range.clone(), format!("`-` cannot be asked of {}", other.words()))),
            },
            Kind::Binary(op, left, right) => self.binary(*op, left, right, range)?,
            Kind::All(parts) => self.conditions(parts, "`&&`")?,
            Kind::Any(parts) => self.conditions(parts, "`||`")?,
            Kind::If(parts) => self.branches(parts, range)?,
            Kind::Call(call) => self.call(call)?,
            Kind::Each(each) => self.each(each)?,
        })
    }

    fn list(&mut self, items: &[Expression]) -> Checked {
        let mut all = None;
        for item in items {
            let kind = self.check(item)?;
            all = Some(match all {
                None => kind,
                Some(before) if before == kind => kind,
                Some(before) => Type::or(before, kind).unwrap_or(Type::Any),
            });
        }
        Ok(all.unwrap_or(Type::Any).listed())
    }

    fn variable(&self, name: &str, range: &Range<usize>) -> Checked {
        if let Some((_, kind)) = self.variables.iter().rev().find(|(known, _)| known == name) {
            return Ok(*kind);
        }
        let error = CelError::new(range.clone(), format!("there is no `{name}`"));
        let known = || self.variables.iter().map(|(name, _)| name.as_str());
        let mut fields = self.variables.iter().rev().filter_map(|(of, kind)| match kind {
            Type::Record(shape) if shape.field(name).is_some() => Some(of),
            _ => None,
        });
        Err(if let Some(of) = fields.next() {
            error.with_help(format!("did you mean `{of}.{name}`?"))
        } else if let Some(near) = nearest(name, known()) {
            error.with_help(format!("did you mean `{near}`?"))
        } else if functions::ALL.iter().any(|function| function.name == name) {
            error.with_help(format!("`{name}` is a function: write its argument behind it, in brackets"))
        } else {
            let names: Vec<String> = known().map(|name| format!("`{name}`")).collect();
            error.with_help(format!("there is {}; a text stands in quotes: '{name}'", names.join(" and ")))
        })
    }

    fn has(&mut self, of: &Expression, name: &Name) -> Checked {
        let of = self.check(of)?;
        match field(of, name)? {
            Type::Any | Type::Text | Type::Word(_) | Type::List(_) => Ok(Type::Bool),
            other => {
                let message = format!("`has` is always true here: `{}` is {}", name.text, other.words());
                Err(CelError::new(name.range.clone(), message).with_help("ask for its value"))
            }
        }
    }

    fn index(&mut self, of: &Expression, index: &Expression) -> Checked {
        let (list, key) = (self.check(of)?, self.check(index)?);
        let wrong = |wanted: &str| {
            let message = format!("an item of {} is asked for by {wanted}, not by {}", list.words(), key.words());
            CelError::new(index.range.clone(), message)
        };
        match (list, key) {
            (Type::List(item), Type::Int | Type::Any) => Ok(*item),
            (Type::List(_), _) => Err(wrong("its number")),
            (Type::Any, Type::Int | Type::Text | Type::Word(_) | Type::Any) => Ok(Type::Any),
            (Type::Any, _) => Err(wrong("a string or a number")),
            (other, _) => {
                let error = CelError::new(of.range.clone(), format!("{} has no items", other.words()));
                Err(if matches!(other, Type::Record(_)) { error.with_help("ask for a field: `.name`") } else { error })
            }
        }
    }

    fn condition(&mut self, expression: &Expression, asked_by: &str) -> Checked {
        match self.check(expression)? {
            Type::Bool | Type::Any => Ok(Type::Bool),
            other => {
                let message = format!("{asked_by} takes true or false, and this is {}", other.words());
                let error = CelError::new(expression.range.clone(), message);
                Err(match as_condition(other) {
                    Some(help) => error.with_help(help),
                    None => error,
                })
            }
        }
    }

    fn conditions(&mut self, parts: &[Expression], asked_by: &str) -> Checked {
        for part in parts {
            self.condition(part, asked_by)?;
        }
        Ok(Type::Bool)
    }

    fn branches(&mut self, [condition, then, otherwise]: &[Expression; 3], range: &Range<usize>) -> Checked {
        self.condition(condition, "the question before `?`")?;
        let (a, b) = (self.check(then)?, self.check(otherwise)?);
        a.or(b).ok_or_else(|| {
            let message = format!("before `:` stands {}, behind it {}", a.words(), b.words());
            CelError::new(range.clone(), message)
        })
    }

    fn binary(&mut self, op: Op, left: &Expression, right: &Expression, range: &Range<usize>) -> Checked {
        let (a, b) = (self.check(left)?, self.check(right)?);
        let sign = op.as_str();
        match op {
            Op::Equal | Op::NotEqual => {
                if !a.can_equal(b) {
                    return Err(never_equal(sign, a, b, range));
                }
                word(a, right)?;
                word(b, left)?;
                Ok(Type::Bool)
            }
            Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
                if a.has_order(b) {
                    return Ok(Type::Bool);
                }
                let error = CelError::new(range.clone(), format!("`{sign}` compares {} with {}", a.words(), b.words()));
                Err(match (a, b) {
                    (Type::List(_), Type::Int) => error.with_help("ask for its size: `size(…)`"),
                    _ => error.with_help("only numbers with numbers and strings with strings have an order"),
                })
            }
            Op::In => is_in((a, left), (b, right), range),
            Op::Plus | Op::Minus | Op::Times | Op::DividedBy | Op::Modulo => arithmetic(op, a, b, range),
        }
    }

    fn call(&mut self, call: &Call) -> Checked {
        let target = call.target.as_deref().map(|target| self.check(target)).transpose()?;
        let (name, place) = (&call.name.text, &call.name.range);
        let named: Vec<&Function> = functions::ALL
            .iter()
            .filter(|function| function.name == name && function.target.is_some() == target.is_some())
            .collect();
        let Some(first) = named.first() else { return Err(no_function(name, place, target.is_some())) };
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            arguments.push(self.check(argument)?);
        }
        let Some(function) = named.iter().find(|function| function.arguments.len() == arguments.len()) else {
            let (wanted, given) = (first.arguments.len(), arguments.len());
            let plural = if wanted == 1 { "" } else { "s" };
            let message = format!("`{name}` takes {wanted} argument{plural}, and here are {given}");
            return Err(CelError::new(place.clone(), message));
        };
        let places = call.target.as_deref().into_iter().chain(&call.arguments);
        let given = target.into_iter().chain(arguments);
        let takes = function.target.iter().chain(function.arguments);
        for ((place, given), takes) in places.zip(given).zip(takes) {
            if !takes.accepts(given) {
                let message = format!("`{name}` takes {}, and this is {}", takes.words(), given.words());
                return Err(CelError::new(place.range.clone(), message));
            }
        }
        Ok(function.gives)
    }

    fn each(&mut self, each: &Each) -> Checked {
        let list = self.check(&each.list)?;
        let item = match list {
            Type::List(item) => *item,
            Type::Any => Type::Any,
            other => {
                let message = format!("here should be a list, and this is {}", other.words());
                return Err(CelError::new(each.list.range.clone(), message));
            }
        };
        if let Some((name, _)) = self.variables.iter().find(|(name, _)| *name == each.variable.text) {
            let message = format!("`{name}` means something else already");
            return Err(
                CelError::new(each.variable.range.clone(), message).with_help("choose another word for the item")
            );
        }
        self.variables.push((each.variable.text.clone(), item));
        let checked = self.each_body(each, list);
        self.variables.pop();
        checked
    }

    fn each_body(&mut self, each: &Each, list: Type) -> Checked {
        match (each.what, &each.result) {
            (EachKind::Map, None) => Ok(self.check(&each.body)?.listed()),
            (EachKind::Map, Some(result)) => {
                self.condition(&each.body, "the second argument of `map`")?;
                Ok(self.check(result)?.listed())
            }
            (EachKind::Filter, _) => {
                self.condition(&each.body, "`filter`")?;
                Ok(if list == Type::Any { Type::List(&Type::Any) } else { list })
            }
            (EachKind::All, _) => self.condition(&each.body, "`all`"),
            (EachKind::Exists, _) => self.condition(&each.body, "`exists`"),
            (EachKind::ExistsOne, _) => self.condition(&each.body, "`exists_one`"),
        }
    }
}

fn field(of: Type, name: &Name) -> Checked {
    let shape = match of {
        Type::Any => return Ok(Type::Any),
        Type::Record(shape) => shape,
        other => {
            let error = CelError::new(name.range.clone(), format!("{} has no field `{}`", other.words(), name.text));
            let is_method = functions::ALL.iter().any(|function| function.name == name.text);
            return Err(match other {
                _ if is_method => error.with_help(format!("`{}` is a function: write `{0}()`", name.text)),
                Type::List(_) => error.with_help("ask one of its items, or `exists` or `all` of them"),
                _ => error,
            });
        }
    };
    if let Some(field) = shape.field(&name.text) {
        return Ok(field.kind);
    }
    let names = || shape.fields.iter().map(|field| field.name);
    let help = match nearest(&name.text, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its fields are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Err(CelError::new(name.range.clone(), format!("{} has no field `{}`", shape.what, name.text)).with_help(help))
}

/// Refuses a text that a field with few values never has.
fn word(kind: Type, other: &Expression) -> Result<(), CelError> {
    let (Type::Word(words), Some(text)) = (kind, other.as_text()) else { return Ok(()) };
    if words.values.contains(&text) { Ok(()) } else { Err(no_word(words, text, &other.range)) }
}

fn no_word(words: &Words, text: &str, range: &Range<usize>) -> CelError {
    let help = match nearest(text, words.values.iter().copied()) {
        Some(near) if !near.is_empty() => format!("did you mean '{near}'?"),
        _ => {
            let values = words.values.iter().filter(|value| !value.is_empty());
            format!("it is one of {}", values.map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", "))
        }
    };
    CelError::new(range.clone(), format!("'{text}' is not {}", words.what)).with_help(help)
}

type Side<'e> = (Type, &'e Expression);

fn never_equal(sign: &str, a: Type, b: Type, range: &Range<usize>) -> CelError {
    let error = CelError::new(range.clone(), format!("`{sign}` compares {} with {}", a.words(), b.words()));
    let is_null = |kind: Type| kind == Type::Null;
    let other = if is_null(b) { a } else { b };
    match (other, is_null(a) || is_null(b)) {
        (Type::Text | Type::Word(_), true) => error.with_help("it is never null; what is not there is ''"),
        (Type::List(_), true) => error.with_help("it is never null; what is not there is an empty list, []"),
        (_, true) => error.with_help("it is never null"),
        _ => match (a, b) {
            (Type::List(_), Type::Int) => error.with_help("ask for its size: `size(…)`"),
            (Type::List(_), Type::Text) => error.with_help("whether it is in the list is asked by `in`"),
            _ => error.with_help("they are never equal"),
        },
    }
}

fn is_in((a, left): Side<'_>, (b, right): Side<'_>, range: &Range<usize>) -> Checked {
    match b {
        Type::List(item) => {
            if !a.can_equal(*item) {
                let message = format!("`in` asks for {} in {}", a.words(), b.words());
                return Err(CelError::new(range.clone(), message).with_help("it is never in there"));
            }
            if let Kind::List(items) = &right.kind {
                items.iter().try_for_each(|item| word(a, item))?;
            }
            word(*item, left)?;
            Ok(Type::Bool)
        }
        Type::Any => Ok(Type::Bool),
        other => {
            let error = CelError::new(right.range.clone(), format!("`in` wants a list, and this is {}", other.words()));
            Err(match other {
                Type::Text | Type::Word(_) => {
                    error.with_help("whether a text is part of another is asked by `contains`")
                }
                _ => error,
            })
        }
    }
}

fn arithmetic(op: Op, a: Type, b: Type, range: &Range<usize>) -> Checked {
    let is_any = a == Type::Any || b == Type::Any;
    let is_plus = op == Op::Plus;
    match (a, b) {
        (Type::Int, Type::Int) => Ok(Type::Int),
        (Type::Double, Type::Double) if op != Op::Modulo => Ok(Type::Double),
        (Type::Text | Type::Word(_), Type::Text | Type::Word(_)) if is_plus => Ok(Type::Text),
        (Type::List(x), Type::List(y)) if is_plus => Ok(if x == y { a } else { Type::List(&Type::Any) }),
        (Type::Record(_) | Type::Null | Type::Bool, _) | (_, Type::Record(_) | Type::Null | Type::Bool) => {
            Err(no_arithmetic(op, a, b, range))
        }
        _ if is_any => Ok(Type::Any),
        _ => Err(no_arithmetic(op, a, b, range)),
    }
}

fn no_arithmetic(op: Op, a: Type, b: Type, range: &Range<usize>) -> CelError {
    let message = format!("`{}` cannot be asked of {} and {}", op.as_str(), a.words(), b.words());
    let error = CelError::new(range.clone(), message);
    match (op, a, b) {
        (Op::Plus, Type::Text | Type::Word(_), _) | (Op::Plus, _, Type::Text | Type::Word(_)) => {
            error.with_help("turn the other one into a string with `string(…)`")
        }
        (_, Type::Int, Type::Double) | (_, Type::Double, Type::Int) => {
            error.with_help("turn one into the other with `double(…)` or `int(…)`")
        }
        _ => error,
    }
}

/// How a value that is no condition can be made one.
fn as_condition(kind: Type) -> Option<&'static str> {
    match kind {
        Type::Text | Type::Word(_) => Some("compare it: `… != ''`"),
        Type::List(_) => Some("compare its size: `size(…) > 0`"),
        Type::Int => Some("compare it: `… > 0`"),
        _ => None,
    }
}

fn no_function(name: &str, range: &Range<usize>, is_method: bool) -> CelError {
    let what = if is_method { "method" } else { "function" };
    let error = CelError::new(range.clone(), format!("there is no {what} `{name}`"));
    let of_kind = functions::ALL.iter().filter(|function| function.target.is_some() == is_method);
    let mut names: Vec<&str> = of_kind.map(|function| function.name).collect();
    names.extend(EachKind::NAMES.iter().filter(|_| is_method).map(|(name, _)| *name));
    names.extend((!is_method).then_some("has"));
    names.dedup();
    let is_elsewhere = functions::ALL.iter().any(|function| function.name == name);
    error.with_help(match nearest(name, names.iter().copied()) {
        _ if is_elsewhere && is_method => format!("write `{name}(…)`"),
        _ if is_elsewhere => format!("it is asked of a value: `resource.name.{name}(…)`"),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    })
}
