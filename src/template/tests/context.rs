//! What the templates of the tests can use.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::template::{
    Arguments, Content, Dict, Error, Function, Globals, Key, KeySet, Limits, Machine, Macro, Rendering, Template,
    Value, read_blocks,
};
use crate::text::jinja::BlockKind;

/// A few variables, `unknown`, `record(value)`, which notes what it is called with and whether that is certain, and
/// the macros of a file.
pub(super) struct Context {
    values: HashMap<&'static str, Value>,
    recorded: Rc<RefCell<Vec<String>>>,
    macros: HashMap<String, Arc<Macro>>,
    limits: Limits,
}

impl Context {
    pub(super) fn new() -> Self {
        let recorded: Rc<RefCell<Vec<String>>> = Rc::default();
        let record = Rc::clone(&recorded);
        let dict = |items: &[(&str, Value)]| -> Value {
            Value::dict(items.iter().map(|(key, value)| (Key::text(key), value.clone())).collect::<Dict>())
        };
        let user = |name: &str, age: i64, city: &str| {
            dict(&[("name", name.into()), ("age", age.into()), ("city", city.into())])
        };
        let integers = |numbers: &[i64]| Value::list(numbers.iter().copied().map(Value::Int).collect());
        let values = HashMap::from([
            ("x", Value::Int(5)),
            ("f", Value::Float(2.5)),
            ("s", Value::text("Hello World")),
            ("n", Value::None),
            ("l", integers(&[3, 1, 2])),
            ("d", dict(&[("b", Value::Int(2)), ("a", integers(&[1, 2]))])),
            ("users", Value::list(vec![user("Zoe", 3, "ca"), user("adam", 30, "NY"), user("Bob", 4, "CA")])),
            ("unknown", Value::unknown("it is unknown")),
            ("set", Function::value("set", make_set)),
            ("return", Function::value("return", |_, arguments| Err(Error::Return(arguments.one("return", "data")?)))),
            ("fail", Function::value("fail", |_, _| Err(Error::failed("failed on purpose")))),
            (
                "record",
                Function::value("record", move |machine, arguments| {
                    let value = arguments.one("record", "value")?;
                    let text = machine.text_of(&value).map_or_else(|_| "?".to_owned(), |text| text.to_string());
                    let doubt = if machine.is_certain() { "" } else { " maybe" };
                    record.borrow_mut().push(text + doubt);
                    Ok(Value::text(""))
                }),
            ),
        ]);
        Self { values, recorded, macros: HashMap::new(), limits: Limits::default() }
    }

    /// Adds the macros of a file.
    pub(super) fn with_macros(mut self, text: &str) -> Self {
        for block in read_blocks(&text.into(), BlockKind::IN_MACRO_FILES) {
            match block.content {
                Ok(Content::Macro(definition)) => self.macros.insert(block.name, definition),
                other => panic!("{other:?}"),
            };
        }
        self
    }

    /// Adds a variable, or changes one.
    pub(super) fn with(mut self, name: &'static str, value: Value) -> Self {
        self.values.insert(name, value);
        self
    }

    pub(super) fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What was recorded since this was asked last.
    pub(super) fn take_records(&self) -> Vec<String> {
        std::mem::take(&mut self.recorded.borrow_mut())
    }

    pub(super) fn render(&self, template: &str) -> Result<Value, Error> {
        let template = Template::parse(template).unwrap_or_else(|error| panic!("{template}: {error}"));
        Machine::new(self, self.limits).render(&template, Rendering::default())
    }

    /// The text of a template; `?` when it is unknown, `!` and the message for an error.
    pub(super) fn text(&self, template: &str) -> String {
        match self.render(template) {
            Ok(Value::Str(text)) => text.to_string(),
            Ok(Value::Unknown(_)) => "?".to_owned(),
            Ok(other) => panic!("{other:?} is no text"),
            Err(error) => format!("!{error}"),
        }
    }

    /// What was recorded while a template was rendered.
    pub(super) fn records(&self, template: &str) -> Vec<String> {
        self.take_records();
        self.render(template).unwrap_or_else(|error| panic!("{template}: {error}"));
        self.take_records()
    }
}

impl Globals for Context {
    fn get(&self, name: &str) -> Option<Value> {
        if let Some(definition) = self.macros.get(name) {
            let definition = Arc::clone(definition);
            return Some(Function::value(name, move |machine, arguments| machine.call_macro(&definition, arguments)));
        }
        self.values.get(name).cloned()
    }
}

fn make_set(machine: &mut Machine<'_>, arguments: Arguments) -> Result<Value, Error> {
    let items = arguments.one("set", "value")?.iterate()?;
    let keys = items.iter().map(Key::new).collect::<Result<KeySet, _>>()?;
    machine.new_set(keys)
}
