//! Evaluates an expression.

use std::ops::Range;

use super::ast::{Call, Each, EachKind, Expression, Kind, Op};
use super::error::CelError;
use super::functions;
use super::limits::{SIZE, STEPS};
use super::value::Value;

/// The value of an expression over variables of these names and values.
///
/// # Errors
/// When it has none: a number is divided by zero, a null compared with a number, the limit of steps is reached.
pub fn evaluate<'p>(expression: &Expression, variables: &[(&str, Value<'p>)]) -> Result<Value<'p>, CelError> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Evaluator { variables, steps: 0 }.evaluate(expression)
}

type Evaluated<'p> = Result<Value<'p>, CelError>;

struct Evaluator<'p> {
    /// The innermost last.
    variables: Vec<(String, Value<'p>)>,
    steps: usize,
}

impl<'p> Evaluator<'p> {
    fn evaluate(&mut self, expression: &Expression) -> Evaluated<'p> {
        let range = &expression.range;
        self.spend(1, range)?;
        let value = self.value(expression)?;
        if let Value::Text(text) = &value {
            // Long texts are copied, and must not be the way around the limit.
            self.spend(text.len() / 64, range)?;
        }
        Ok(value)
    }

    fn value(&mut self, expression: &Expression) -> Evaluated<'p> {
        let range = &expression.range;
        match &expression.kind {
            Kind::Null => Ok(Value::Null),
            Kind::Bool(value) => Ok(Value::Bool(*value)),
            Kind::Int(value) => Ok(Value::Int(*value)),
            Kind::Double(value) => Ok(Value::Double(*value)),
            Kind::Text(text) => Ok(Value::text(text.clone())),
            Kind::List(items) => {
                let items: Result<Vec<Value<'p>>, CelError> = items.iter().map(|item| self.evaluate(item)).collect();
                Ok(Value::list(items?))
            }
            Kind::Variable(name) => self.variable(name, range),
            Kind::Field(of, name) => {
                let of = self.evaluate(of)?;
                field(&of, &name.text).ok_or_else(|| no_field(&of, &name.text, &name.range))
            }
            Kind::Has(of, name) => {
                let of = self.evaluate(of)?;
                let found = field(&of, &name.text).ok_or_else(|| no_field(&of, &name.text, &name.range))?;
                Ok(is_there(&found))
            }
            Kind::Index(of, index) => {
                let (of, index) = (self.evaluate(of)?, self.evaluate(index)?);
                item(&of, &index).map_err(|message| CelError::new(range.clone(), message))
            }
            Kind::Not(of) => match self.evaluate(of)? {
                Value::Unknown => Ok(Value::Unknown),
                value => Ok(Value::Bool(!truth(&value, &of.range)?)),
            },
            Kind::Negative(of) => {
                let value = self.evaluate(of)?;
                negative(&value)
                    .ok_or_else(|| CelError::new(range.clone(), format!("`-` cannot be asked of {}", value.kind())))
            }
            Kind::Binary(op, left, right) => {
                let (a, b) = (self.evaluate(left)?, self.evaluate(right)?);
                self.binary(*op, &a, &b, range)
            }
            Kind::All(parts) => self.junction(parts.iter(), false),
            Kind::Any(parts) => self.junction(parts.iter(), true),
            Kind::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                match self.evaluate(condition)? {
                    Value::Unknown => Ok(Value::Unknown),
                    value if truth(&value, &condition.range)? => self.evaluate(then),
                    _ => self.evaluate(otherwise),
                }
            }
            Kind::Call(call) => self.call(call),
            Kind::Each(each) => self.each(each),
        }
    }

    fn spend(&mut self, steps: usize, range: &Range<usize>) -> Result<(), CelError> {
        self.steps += steps;
        if self.steps <= STEPS {
            return Ok(());
        }
        Err(CelError::new(range.clone(), format!("this takes more than {STEPS} steps"))
            .with_help("loops within loops over long lists do; ask for less at once"))
    }

    fn variable(&self, name: &str, range: &Range<usize>) -> Evaluated<'p> {
        let found = self.variables.iter().rev().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| CelError::new(range.clone(), format!("there is no `{name}`")))
    }

    /// `||` if one true part decides, `&&` if one false part does. A part that decides wins over one that is not known
    /// or cannot be evaluated, wherever it stands.
    fn junction<'e>(&mut self, parts: impl Iterator<Item = &'e Expression>, deciding: bool) -> Evaluated<'p> {
        let mut outcome = Junction::new(deciding);
        for part in parts {
            let value = self.evaluate(part);
            if outcome.is_decided_by(value, &part.range) {
                break;
            }
        }
        outcome.result()
    }

    fn binary(&mut self, op: Op, a: &Value<'p>, b: &Value<'p>, range: &Range<usize>) -> Evaluated<'p> {
        let equality = |answer: Option<bool>| answer.map_or(Value::Unknown, Value::Bool);
        let failed = |message: String| CelError::new(range.clone(), message);
        match (op, a, b) {
            (Op::Equal | Op::NotEqual, Value::List(list), _) => self.spend(list.len(), range)?,
            (Op::In, _, Value::List(list)) => self.spend(list.len(), range)?,
            _ => {}
        }
        match op {
            Op::Equal => Ok(equality(a.equals(b))),
            Op::NotEqual => Ok(equality(a.equals(b).map(|answer| !answer))),
            Op::In => contains(a, b).map_err(failed),
            Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => compare(op, a, b).map_err(|message| {
                let error = failed(message);
                match (a, b) {
                    (Value::Null, _) | (_, Value::Null) => {
                        error.with_help("say what holds where it is not there: `has(…) && …` or `!has(…) || …`")
                    }
                    _ => error,
                }
            }),
            Op::Plus | Op::Minus | Op::Times | Op::DividedBy | Op::Modulo => {
                let sum = arithmetic(op, a, b).map_err(failed)?;
                if let Value::List(items) = &sum {
                    self.spend(items.len(), range)?;
                }
                Ok(sum)
            }
        }
    }

    fn call(&mut self, call: &Call) -> Evaluated<'p> {
        let mut values = Vec::with_capacity(1 + call.arguments.len());
        for expression in call.target.as_deref().into_iter().chain(&call.arguments) {
            values.push(self.evaluate(expression)?);
        }
        if let (Some(pattern), Some(Value::Text(text))) = (&call.pattern, values.first()) {
            return Ok(Value::Bool(pattern.is_match(text)));
        }
        functions::call(&call.name.text, &values).map_err(|message| CelError::new(call.name.range.clone(), message))
    }

    fn each(&mut self, each: &Each) -> Evaluated<'p> {
        let items = match self.evaluate(&each.list)? {
            Value::Unknown => return Ok(Value::Unknown),
            Value::List(items) => items,
            Value::Map(map) => keys(map).map(Value::text).collect(),
            other => {
                return Err(CelError::new(each.list.range.clone(), format!("{} is no list", other.kind())));
            }
        };
        // Within an item's expression the variable hides others of its name, and the checker sees to it that there are none.
        self.variables.push((each.variable.text.clone(), Value::Null));
        let result = self.each_item(each, &items);
        self.variables.pop();
        result
    }

    fn each_item(&mut self, each: &Each, items: &[Value<'p>]) -> Evaluated<'p> {
        match each.what {
            EachKind::All | EachKind::Exists => {
                let mut outcome = Junction::new(each.what == EachKind::Exists);
                for item in items {
                    let value = self.of_item(item, &each.body);
                    if outcome.is_decided_by(value, &each.body.range) {
                        break;
                    }
                }
                outcome.result()
            }
            EachKind::ExistsOne => {
                let (mut count, mut unknown) = (0, false);
                for item in items {
                    match self.of_item(item, &each.body)? {
                        Value::Unknown => unknown = true,
                        value => count += usize::from(truth(&value, &each.body.range)?),
                    }
                }
                Ok(if unknown && count < 2 { Value::Unknown } else { Value::Bool(count == 1) })
            }
            EachKind::Filter => self.chosen(each, items, Some(&each.body), None),
            EachKind::Map => match &each.result {
                None => self.chosen(each, items, None, Some(&each.body)),
                Some(result) => self.chosen(each, items, Some(&each.body), Some(result)),
            },
        }
    }

    /// The items that fit, or what becomes of them. If it is not known of one whether it fits, the list is not known.
    fn chosen(
        &mut self,
        each: &Each,
        items: &[Value<'p>],
        condition: Option<&Expression>,
        result: Option<&Expression>,
    ) -> Evaluated<'p> {
        let mut chosen = Vec::new();
        for item in items {
            if let Some(condition) = condition {
                match self.of_item(item, condition)? {
                    Value::Unknown => return Ok(Value::Unknown),
                    value if !truth(&value, &condition.range)? => continue,
                    _ => {}
                }
            }
            chosen.push(match result {
                Some(result) => self.of_item(item, result)?,
                None => item.clone(),
            });
        }
        self.spend(chosen.len(), &each.list.range)?;
        Ok(Value::list(chosen))
    }

    fn of_item(&mut self, item: &Value<'p>, body: &Expression) -> Evaluated<'p> {
        if let Some((_, value)) = self.variables.last_mut() {
            *value = item.clone();
        }
        self.evaluate(body)
    }
}

/// `&&` and `||` over any number of parts.
struct Junction {
    deciding: bool,
    decided: bool,
    unknown: bool,
    error: Option<CelError>,
}

impl Junction {
    fn new(deciding: bool) -> Self {
        Self { deciding, decided: false, unknown: false, error: None }
    }

    /// Takes a part's value in; true if no other part matters any more.
    fn is_decided_by(&mut self, value: Evaluated<'_>, range: &Range<usize>) -> bool {
        let value = value.and_then(|value| match value {
            Value::Unknown => Ok(None),
            value => truth(&value, range).map(Some),
        });
        match value {
            Ok(Some(value)) if value == self.deciding => self.decided = true,
            Ok(Some(_)) => {}
            Ok(None) => self.unknown = true,
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
        self.decided
    }

    fn result<'p>(self) -> Evaluated<'p> {
        match self.error {
            _ if self.decided => Ok(Value::Bool(self.deciding)),
            // What is not known might still decide.
            _ if self.unknown => Ok(Value::Unknown),
            Some(error) => Err(error),
            None => Ok(Value::Bool(!self.deciding)),
        }
    }
}

fn truth(value: &Value<'_>, range: &Range<usize>) -> Result<bool, CelError> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Null => Err(CelError::new(range.clone(), "this is null, neither true nor false")
            .with_help("compare it: `… == true` is false where it is not there")),
        other => Err(CelError::new(range.clone(), format!("this is {}, neither true nor false", other.kind()))),
    }
}

/// A field; of a map and of null, one that is not there is null. `None` where the value has no fields at all.
fn field<'p>(of: &Value<'p>, name: &str) -> Option<Value<'p>> {
    match of {
        Value::Unknown => Some(Value::Unknown),
        Value::Null => Some(Value::Null),
        Value::Map(map) => Some(map.get(name).map_or(Value::Null, Value::json)),
        Value::Record(record) => Some(record.field(name)),
        _ => None,
    }
}

fn no_field(of: &Value<'_>, name: &str, range: &Range<usize>) -> CelError {
    CelError::new(range.clone(), format!("{} has no field `{name}`", of.kind()))
}

/// What `has` says of a value: absent, null and empty are the same to dbt.
fn is_there<'p>(value: &Value<'p>) -> Value<'p> {
    Value::Bool(match value {
        Value::Unknown => return Value::Unknown,
        Value::Null => false,
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => true,
    })
}

fn item<'p>(of: &Value<'p>, index: &Value<'p>) -> Result<Value<'p>, String> {
    match (of, index) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (Value::Null, _) => Ok(Value::Null),
        (Value::Map(map), Value::Text(key)) => Ok(map.get(&**key).map_or(Value::Null, Value::json)),
        (Value::List(items), Value::Int(index)) => {
            let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
            item.cloned().ok_or_else(|| format!("there is no item {index} in a list of {}", items.len()))
        }
        (of, index) => Err(format!("{} has no item that is asked for by {}", of.kind(), index.kind())),
    }
}

fn contains<'p>(item: &Value<'p>, list: &Value<'p>) -> Result<Value<'p>, String> {
    match (item, list) {
        (_, Value::Unknown) | (Value::Unknown, _) => Ok(Value::Unknown),
        (_, Value::List(items)) => {
            let mut unknown = false;
            for other in items.iter() {
                match item.equals(other) {
                    Some(true) => return Ok(Value::Bool(true)),
                    Some(false) => {}
                    None => unknown = true,
                }
            }
            Ok(if unknown { Value::Unknown } else { Value::Bool(false) })
        }
        (Value::Text(key), Value::Map(map)) => Ok(Value::Bool(map.get(&**key).is_some_and(|value| !value.is_null()))),
        (_, Value::Null | Value::Map(_)) => Ok(Value::Bool(false)),
        (_, other) => Err(format!("`in` wants a list, and this is {}", other.kind())),
    }
}

fn keys(map: &serde_json::Map<String, serde_json::Value>) -> impl Iterator<Item = &str> {
    map.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str())
}

fn compare<'p>(op: Op, a: &Value<'p>, b: &Value<'p>) -> Result<Value<'p>, String> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    if matches!(a, Value::Unknown) || matches!(b, Value::Unknown) {
        return Ok(Value::Unknown);
    }
    let is_number = |value: &Value<'_>| matches!(value, Value::Int(_) | Value::Double(_));
    let Some(order) = a.order(b) else {
        return match is_number(a) && is_number(b) {
            // Not a number: in no order with any.
            true => Ok(Value::Bool(false)),
            false => Err(format!("`{}` compares {} with {}", op.as_str(), a.kind(), b.kind())),
        };
    };
    Ok(Value::Bool(match op {
        Op::Less => order == Less,
        Op::LessOrEqual => order != Greater,
        Op::Greater => order == Greater,
        _ => order == Greater || order == Equal,
    }))
}

fn negative<'p>(value: &Value<'p>) -> Option<Value<'p>> {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int),
        Value::Double(number) => Some(Value::Double(-number)),
        Value::Unknown => Some(Value::Unknown),
        _ => None,
    }
}

fn arithmetic<'p>(op: Op, a: &Value<'p>, b: &Value<'p>) -> Result<Value<'p>, String> {
    let sign = op.as_str();
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (Value::Int(a), Value::Int(b)) => {
            if *b == 0 && matches!(op, Op::DividedBy | Op::Modulo) {
                return Err(format!("{a} {sign} 0 has no value"));
            }
            let number = match op {
                Op::Plus => a.checked_add(*b),
                Op::Minus => a.checked_sub(*b),
                Op::Times => a.checked_mul(*b),
                Op::DividedBy => a.checked_div(*b),
                _ => a.checked_rem(*b),
            };
            number.map(Value::Int).ok_or_else(|| format!("{a} {sign} {b} is no number of 64 bits"))
        }
        (Value::Double(a), Value::Double(b)) if op != Op::Modulo => Ok(Value::Double(match op {
            Op::Plus => a + b,
            Op::Minus => a - b,
            Op::Times => a * b,
            _ => a / b,
        })),
        (Value::Text(a), Value::Text(b)) if op == Op::Plus => match a.len() + b.len() > SIZE {
            true => Err(functions::too_large()),
            false => Ok(Value::text(format!("{a}{b}"))),
        },
        (Value::List(a), Value::List(b)) if op == Op::Plus => match a.len() + b.len() > SIZE {
            true => Err(functions::too_large()),
            false => Ok(Value::list(a.iter().chain(b.iter()).cloned())),
        },
        (a, b) => Err(format!("`{sign}` cannot be asked of {} and {}", a.kind(), b.kind())),
    }
}
