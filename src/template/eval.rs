//! Evaluates expressions.

use std::rc::Rc;
use std::sync::Arc;

use super::ast::{BinaryOperator, CallArguments, CompareOperator, Condition, Constant, Expr, ExprKind, Filter};
use super::dict::{Dict, Key};
use super::error::{Error, Reason};
use super::machine::Machine;
use super::scope::Scope;
use super::truth::Truth;
use super::uncertain::{Outcome, same};
use super::value::{Value, references};
use super::{Arguments, access, compare, filters, is_tests, operators};
use crate::text::Span;

impl Machine<'_> {
    /// The value of an expression. What makes it unknown ends here: the evaluation goes on with [`Value::Unknown`].
    pub(super) fn eval(&mut self, expression: &Expr, scope: &Rc<Scope>) -> Result<Value, Error> {
        match &expression.kind {
            ExprKind::Constant(constant) => return Ok(constant_value(constant)),
            ExprKind::Name(name) => return Ok(scope.get(name).unwrap_or_else(|| self.global(name))),
            _ => {}
        }
        match self.nested(|machine| machine.eval_compound(expression, scope)) {
            Ok(value) => Ok(value),
            Err(Error::Unknown(reason)) => Ok(Value::Unknown(reason)),
            Err(error) => Err(self.locate(error, expression.span)),
        }
    }

    fn eval_compound(&mut self, expression: &Expr, scope: &Rc<Scope>) -> Result<Value, Error> {
        match &expression.kind {
            ExprKind::Constant(constant) => Ok(constant_value(constant)),
            ExprKind::Name(name) => Ok(scope.get(name).unwrap_or_else(|| self.global(name))),
            ExprKind::List(items) => {
                let items = self.eval_all(items, scope)?;
                self.new_list(items)
            }
            ExprKind::Tuple(items) => self.eval_all(items, scope).map(Value::tuple),
            ExprKind::Dict(items) => self.eval_dict(items, scope),
            ExprKind::Attribute(value, name) => {
                let value = self.eval(value, scope)?;
                access::attribute(self, &value, name)
            }
            ExprKind::Item(pair) => self.eval_item(&pair.0, &pair.1, scope),
            ExprKind::Slice(_) => Err(Error::unknown("a slice within a tuple")),
            ExprKind::Call(call) => self.eval_call(&call.callee, &call.arguments, None, expression.span, scope),
            ExprKind::Filter(filter) => self.eval_filter(filter, None, expression.span, scope),
            ExprKind::Test(test) => self.eval_test(test, scope),
            ExprKind::Not(_) => self.eval_not(expression, scope),
            ExprKind::Negative(value) => {
                let value = self.eval(value, scope)?;
                operators::negative(&value)
            }
            ExprKind::Positive(value) => {
                let value = self.eval(value, scope)?;
                operators::positive(&value)
            }
            ExprKind::And(pair) => self.eval_pair(pair, false, scope),
            ExprKind::Or(pair) => self.eval_pair(pair, true, scope),
            ExprKind::Binary(operator, pair) => {
                let left = self.eval(&pair.0, scope)?;
                let right = self.eval(&pair.1, scope)?;
                self.eval_binary(*operator, &left, &right)
            }
            ExprKind::Compare(compare) => self.eval_compare(&compare.0, &compare.1, scope),
            ExprKind::Concat(operands) => self.eval_concat(operands, scope),
            ExprKind::Condition(condition) => self.eval_condition(condition, scope),
        }
    }

    /// What is added up or repeated is in the result, unless a text is formatted.
    fn eval_binary(&mut self, operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, Error> {
        let outcome = operators::binary(self, operator, left, right);
        if operator == BinaryOperator::Modulo {
            return outcome;
        }
        let outcome = self.forget_content_if_unknown(outcome, left);
        self.forget_content_if_unknown(outcome, right)
    }

    fn eval_all(&mut self, expressions: &[Expr], scope: &Rc<Scope>) -> Result<Vec<Value>, Error> {
        expressions.iter().map(|expression| self.eval(expression, scope)).collect()
    }

    fn eval_dict(&mut self, items: &[(Expr, Expr)], scope: &Rc<Scope>) -> Result<Value, Error> {
        let mut dict = Dict::new();
        let mut unknown = None;
        for (key, value) in items {
            let key = self.eval(key, scope)?;
            let value = self.eval(value, scope)?;
            match Key::new(&key) {
                Ok(key) => {
                    dict.insert(key, value);
                }
                Err(Error::Unknown(reason)) => {
                    self.forget(&value, &reason)?;
                    unknown = Some(reason);
                }
                Err(error) => return Err(error),
            }
        }
        match unknown {
            Some(reason) => {
                self.forget_all(references(dict.values()), &reason)?;
                Err(Error::Unknown(reason))
            }
            None => self.new_dict(dict),
        }
    }

    fn eval_item(&mut self, value: &Expr, key: &Expr, scope: &Rc<Scope>) -> Result<Value, Error> {
        let value = self.eval(value, scope)?;
        let ExprKind::Slice(parts) = &key.kind else {
            let key = self.eval(key, scope)?;
            return access::item(self, &value, &key);
        };
        let mut bounds = [const { Value::None }; 3];
        for (bound, part) in bounds.iter_mut().zip(parts.iter()) {
            if let Some(part) = part {
                *bound = self.eval(part, scope)?;
            }
        }
        access::slice(self, &value, &bounds)
    }

    /// Evaluates a call's arguments. Those of `*` and `**` that are unknown make the result of the call unknown.
    fn eval_arguments(
        &mut self,
        arguments: &CallArguments,
        scope: &Rc<Scope>,
    ) -> Result<(Arguments, Option<Rc<Reason>>), Error> {
        let mut given = Arguments::default();
        for positional in &arguments.positional {
            given.positional.push(self.eval(positional, scope)?);
        }
        for (name, value) in &arguments.keyword {
            given.keyword.push((Arc::clone(name), self.eval(value, scope)?));
        }
        let mut unknown = None;
        if let Some(spread) = &arguments.spread {
            let spread = self.eval(spread, scope)?;
            match spread.iterate() {
                Ok(items) => given.positional.extend(items),
                Err(Error::Unknown(reason)) => {
                    self.forget_content(&spread, &reason)?;
                    unknown = Some(reason);
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(spread) = &arguments.keyword_spread {
            let spread = self.eval(spread, scope)?;
            match given.spread_keywords(&spread) {
                Err(Error::Unknown(reason)) => unknown = Some(reason),
                outcome => outcome?,
            }
        }
        self.limit_items(given.positional.len() + given.keyword.len())?;
        Ok((given, unknown))
    }

    pub(super) fn eval_call(
        &mut self,
        callee: &Expr,
        arguments: &CallArguments,
        caller: Option<Value>,
        span: Span,
        scope: &Rc<Scope>,
    ) -> Result<Value, Error> {
        let (receiver, method) = match &callee.kind {
            ExprKind::Attribute(receiver, name) => (self.eval(receiver, scope)?, Some(name)),
            _ => (self.eval(callee, scope)?, None),
        };
        let (mut arguments, unknown) = self.eval_arguments(arguments, scope)?;
        if let Some(caller) = caller {
            arguments.keyword.push(("caller".into(), caller));
        }
        self.frame().span = span;
        if let Some(reason) = unknown {
            self.forget(&receiver, &reason)?;
            return self.call_unknown(&reason, &arguments);
        }
        match method {
            Some(name) => access::call_method(self, &receiver, name, arguments),
            None => self.call_value(&receiver, arguments),
        }
    }

    /// Evaluates the call of a `{% call %}` block.
    pub(super) fn eval_call_block(&mut self, call: &Expr, caller: Value, scope: &Rc<Scope>) -> Result<Value, Error> {
        let ExprKind::Call(parts) = &call.kind else {
            return Err(Error::failed("expected a call"));
        };
        let run =
            |machine: &mut Self| machine.eval_call(&parts.callee, &parts.arguments, Some(caller), call.span, scope);
        match self.nested(run) {
            Err(Error::Unknown(reason)) => Ok(Value::Unknown(reason)),
            Err(error) => Err(self.locate(error, call.span)),
            value => value,
        }
    }

    /// Evaluates the filters of a block for its text.
    pub(super) fn eval_block_filter(
        &mut self,
        expression: &Expr,
        text: Value,
        scope: &Rc<Scope>,
    ) -> Result<Value, Error> {
        let ExprKind::Filter(filter) = &expression.kind else {
            return Err(Error::failed("expected a filter"));
        };
        match self.nested(|machine| machine.eval_filter(filter, Some(text), expression.span, scope)) {
            Err(Error::Unknown(reason)) => Ok(Value::Unknown(reason)),
            Err(error) => Err(self.locate(error, expression.span)),
            value => value,
        }
    }

    fn eval_filter(
        &mut self,
        filter: &Filter,
        text: Option<Value>,
        span: Span,
        scope: &Rc<Scope>,
    ) -> Result<Value, Error> {
        let value = match (&filter.value, text) {
            (Some(inner), Some(text)) => self.eval_block_filter(inner, text, scope)?,
            (Some(inner), None) => self.eval(inner, scope)?,
            (None, text) => text.ok_or_else(|| Error::failed("a filter without a value"))?,
        };
        let (arguments, unknown) = self.eval_arguments(&filter.arguments, scope)?;
        if let Some(reason) = unknown {
            self.forget(&value, &reason)?;
            return self.call_unknown(&reason, &arguments);
        }
        self.frame().span = span;
        filters::apply(self, &filter.name, value, arguments)
    }

    fn eval_test(&mut self, test: &Filter, scope: &Rc<Scope>) -> Result<Value, Error> {
        let value = match &test.value {
            Some(value) => self.eval(value, scope)?,
            None => return Err(Error::failed("a test without a value")),
        };
        let (arguments, unknown) = self.eval_arguments(&test.arguments, scope)?;
        match unknown {
            Some(reason) => Err(Error::Unknown(reason)),
            None => is_tests::apply(self, &test.name, &value, arguments).map(Value::Bool),
        }
    }

    fn eval_not(&mut self, expression: &Expr, scope: &Rc<Scope>) -> Result<Value, Error> {
        match self.truth(expression, scope)? {
            Truth::True => Ok(Value::Bool(true)),
            Truth::False => Ok(Value::Bool(false)),
            Truth::Unknown(reason) => Err(Error::Unknown(reason)),
        }
    }

    /// `and` or `or`: the first value that decides, or the second.
    fn eval_pair(&mut self, pair: &(Expr, Expr), decides: bool, scope: &Rc<Scope>) -> Result<Value, Error> {
        let first = self.eval(&pair.0, scope)?;
        match Truth::of(&first)? {
            Truth::Unknown(reason) => {
                if let Outcome::Done(second) = self.maybe(&reason, |machine| machine.eval(&pair.1, scope))? {
                    self.forget(&second, &reason)?;
                }
                self.forget(&first, &reason)?;
                self.certainty.settle();
                Err(Error::Unknown(reason))
            }
            truth if matches!(truth, Truth::True) == decides => Ok(first),
            _ => self.eval(&pair.1, scope),
        }
    }

    fn eval_compare(
        &mut self,
        first: &Expr,
        rest: &[(CompareOperator, Expr)],
        scope: &Rc<Scope>,
    ) -> Result<Value, Error> {
        let mut left = self.eval(first, scope)?;
        for (index, (operator, operand)) in rest.iter().enumerate() {
            let right = self.eval(operand, scope)?;
            self.charge_value(&left)?;
            self.charge_value(&right)?;
            match compare::compare(*operator, &left, &right) {
                Ok(false) => return Ok(Value::Bool(false)),
                Ok(true) => left = right,
                Err(Error::Unknown(reason)) => {
                    for (_, operand) in &rest[index + 1..] {
                        self.maybe(&reason, |machine| machine.eval(operand, scope))?;
                    }
                    self.certainty.settle();
                    return Err(Error::Unknown(reason));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Value::Bool(true))
    }

    fn eval_concat(&mut self, operands: &[Expr], scope: &Rc<Scope>) -> Result<Value, Error> {
        let mut text = String::new();
        let mut unknown = None;
        for operand in operands {
            let value = self.eval(operand, scope)?;
            match self.text_of(&value) {
                Ok(part) => text.push_str(&part),
                Err(Error::Unknown(reason)) => unknown = Some(reason),
                Err(error) => return Err(error),
            }
            self.limit_bytes(text.len())?;
        }
        match unknown {
            Some(reason) => Err(Error::Unknown(reason)),
            None => Ok(Value::from(text)),
        }
    }

    fn eval_condition(&mut self, condition: &Condition, scope: &Rc<Scope>) -> Result<Value, Error> {
        match self.truth(&condition.test, scope)? {
            Truth::True => self.eval(&condition.then, scope),
            Truth::False => self.eval_otherwise(condition, scope),
            Truth::Unknown(reason) => {
                let then = self.maybe(&reason, |machine| machine.eval(&condition.then, scope))?;
                let otherwise = self.maybe(&reason, |machine| machine.eval_otherwise(condition, scope))?;
                self.certainty.settle();
                match [then, otherwise] {
                    [Outcome::Done(then), Outcome::Done(otherwise)] if same(&then, &otherwise) => Ok(then),
                    outcomes => {
                        for outcome in outcomes {
                            if let Outcome::Done(value) = outcome {
                                self.forget(&value, &reason)?;
                            }
                        }
                        Err(Error::Unknown(reason))
                    }
                }
            }
        }
    }

    fn eval_otherwise(&mut self, condition: &Condition, scope: &Rc<Scope>) -> Result<Value, Error> {
        match &condition.otherwise {
            Some(otherwise) => self.eval(otherwise, scope),
            None => {
                let message = "the inline if-expression evaluated to false and no else section was defined.";
                Ok(self.undefined(message.to_owned()))
            }
        }
    }

    /// Calls a value.
    pub(super) fn call_value(&mut self, callee: &Value, arguments: Arguments) -> Result<Value, Error> {
        match callee {
            Value::Object(object) => {
                let given = arguments.references();
                let called = Rc::clone(object).call(self, arguments);
                self.forget_if_unknown(called, given)
            }
            Value::Macro(closure) => self.call_closure(closure, arguments),
            Value::Unknown(reason) => self.call_unknown(reason, &arguments),
            Value::Undefined(undefined) if undefined.lenient => Ok(callee.clone()),
            Value::Undefined(undefined) => Err(Error::failed(undefined.message.clone())),
            _ => Err(Error::failed(format!("'{}' object is not callable", callee.type_name()))),
        }
    }

    /// Calls what is not known: it may change whatever it is given, and call any macro among its arguments, `caller`
    /// in the first place, any number of times.
    pub(super) fn call_unknown(&mut self, reason: &Rc<Reason>, arguments: &Arguments) -> Result<Value, Error> {
        self.forget_all(arguments.references(), reason)?;
        Err(Error::Unknown(Rc::clone(reason)))
    }

    /// What a function was given may be in its result: when that is unknown, so is the other.
    pub(super) fn forget_if_unknown<T>(&mut self, called: Result<T, Error>, given: Vec<Value>) -> Result<T, Error> {
        if let Err(Error::Unknown(reason)) = &called {
            self.forget_all(given, reason)?;
        }
        called
    }

    /// What is unknown may be any part of that value.
    pub(super) fn forget_content_if_unknown<T>(&mut self, outcome: Result<T, Error>, of: &Value) -> Result<T, Error> {
        if let Err(Error::Unknown(reason)) = &outcome {
            self.forget_content(of, reason)?;
        }
        outcome
    }
}

fn constant_value(constant: &Constant) -> Value {
    match constant {
        Constant::None => Value::None,
        Constant::Bool(value) => Value::Bool(*value),
        Constant::Int(number) => Value::Int(*number),
        Constant::LargeInt => Value::unknown("number beyond 64 bits"),
        Constant::Float(number) => Value::Float(*number),
        Constant::Str(text) => Value::Str(Arc::clone(text)),
    }
}
