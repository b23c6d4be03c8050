//! The arguments of a call.

use std::sync::Arc;

use super::dict::Key;
use super::error::Error;
use super::value::{Value, references};

/// The arguments of a call, in order. The body of a `{% call %}` block is the keyword argument `caller`.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// Those without a keyword.
    pub positional: Vec<Value>,
    /// Those with one; a keyword comes once.
    pub keyword: Vec<(Arc<str>, Value)>,
}

impl Arguments {
    /// Arguments by position alone.
    pub fn of(positional: Vec<Value>) -> Self {
        Self { positional, keyword: Vec::new() }
    }

    /// The arguments of a function with these parameters, each of which may be left out.
    ///
    /// # Errors
    /// When there are more arguments, a keyword that is no parameter, or two values for one.
    pub fn bind<const N: usize>(self, function: &str, parameters: [&str; N]) -> Result<[Option<Value>; N], Error> {
        if self.positional.len() > N {
            let given = self.positional.len();
            return Err(Error::failed(format!("{function}() takes at most {N} arguments ({given} given)")));
        }
        let mut positional = self.positional.into_iter();
        let mut bound = std::array::from_fn(|_| positional.next());
        for (keyword, value) in self.keyword {
            let Some(index) = parameters.iter().position(|parameter| **parameter == *keyword) else {
                return Err(Error::failed(format!("{function}() got an unexpected keyword argument '{keyword}'")));
            };
            if bound[index].replace(value).is_some() {
                return Err(Error::failed(format!("{function}() got multiple values for argument '{keyword}'")));
            }
        }
        Ok(bound)
    }

    /// The one argument of a function.
    ///
    /// # Errors
    /// When there is none, or another one.
    pub fn one(self, function: &str, parameter: &str) -> Result<Value, Error> {
        let [value] = self.bind(function, [parameter])?;
        value.ok_or_else(|| missing(function, parameter))
    }

    /// The values of a function that takes any number of them, without keywords.
    ///
    /// # Errors
    /// When there is a keyword.
    pub fn values(self, function: &str) -> Result<Vec<Value>, Error> {
        match self.keyword.first() {
            None => Ok(self.positional),
            Some(_) => Err(Error::failed(format!("{function}() takes no keyword arguments"))),
        }
    }

    /// Those through which something can be changed.
    pub(super) fn references(&self) -> Vec<Value> {
        references(self.positional.iter().chain(self.keyword.iter().map(|(_, value)| value)))
    }

    /// The value of a keyword, taken out.
    pub fn take_keyword(&mut self, keyword: &str) -> Option<Value> {
        let index = self.keyword.iter().position(|(name, _)| **name == *keyword)?;
        Some(self.keyword.remove(index).1)
    }

    /// Adds what `**value` stands for.
    pub(super) fn spread_keywords(&mut self, value: &Value) -> Result<(), Error> {
        if matches!(value, Value::Undefined(undefined) if undefined.lenient) {
            return Ok(());
        }
        let Value::Dict(dict) = value.known()? else {
            return Err(Error::failed(format!("argument after ** must be a mapping, not {}", value.type_name())));
        };
        for (key, value) in dict.get()?.iter() {
            let name = keyword(key)?;
            if self.keyword.iter().any(|(known, _)| **known == *name) {
                return Err(Error::failed(format!("got multiple values for keyword argument '{name}'")));
            }
            self.keyword.push((name, value.clone()));
        }
        Ok(())
    }
}

fn keyword(key: &Key) -> Result<Arc<str>, Error> {
    key.as_str().map(Arc::from).ok_or_else(|| Error::failed("keywords must be strings"))
}

/// The error for an argument that is not there.
pub fn missing(function: &str, parameter: &str) -> Error {
    Error::failed(format!("{function}() missing required argument: '{parameter}'"))
}
