//! Types, by which an expression is checked before it meets a value.

/// What is known of a value before there is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Type {
    Null,
    Bool,
    Int,
    Double,
    Text,
    /// A text that is one of a few.
    Word(&'static Words),
    List(&'static Type),
    Record(&'static Shape),
    /// Anything, such as a value of `meta`.
    Any,
}

/// The values that a text can have.
#[derive(Debug, PartialEq)]
pub struct Words {
    /// What they are, with its article: "a layer".
    pub what: &'static str,
    pub values: &'static [&'static str],
}

/// What fields a record has.
#[derive(Debug, PartialEq)]
pub struct Shape {
    /// With its article: "a resource".
    pub what: &'static str,
    pub fields: &'static [FieldInfo],
}

/// One field of a record.
#[derive(Debug, PartialEq)]
pub struct FieldInfo {
    pub name: &'static str,
    pub kind: Type,
    /// A sentence for the documentation.
    pub docs: &'static str,
}

impl Shape {
    pub fn field(&self, name: &str) -> Option<&'static FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Type {
    /// In words, for messages: "a string", "a list of ints".
    pub fn words(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool => "a bool".to_owned(),
            Self::Int => "an int".to_owned(),
            Self::Double => "a double".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::Word(words) => words.what.to_owned(),
            Self::List(item) => item.plural(),
            Self::Record(shape) => shape.what.to_owned(),
            Self::Any => "a value of any type".to_owned(),
        }
    }

    fn plural(self) -> String {
        match self {
            Self::Bool => "a list of bools".to_owned(),
            Self::Int => "a list of ints".to_owned(),
            Self::Double => "a list of doubles".to_owned(),
            Self::Text | Self::Word(_) => "a list of strings".to_owned(),
            Self::Record(shape) => {
                let name = shape.what.trim_start_matches("a ").trim_start_matches("an ");
                format!("a list of {name}s")
            }
            Self::Null | Self::List(_) | Self::Any => "a list".to_owned(),
        }
    }

    /// As the documentation's table has it: `string`, `list(string)`.
    pub fn signature(self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Double => "double".to_owned(),
            Self::Text | Self::Word(_) => "string".to_owned(),
            Self::List(item) => format!("list({})", item.signature()),
            Self::Record(shape) => shape.what.rsplit(' ').next().unwrap_or_default().to_owned(),
            Self::Any => "map".to_owned(),
        }
    }

    /// The list of such items. What is in lists of lists is no longer told apart.
    pub(super) fn listed(self) -> Self {
        Self::List(match self {
            Self::Bool => &Self::Bool,
            Self::Int => &Self::Int,
            Self::Double => &Self::Double,
            Self::Text | Self::Word(_) => &Self::Text,
            Self::Null | Self::List(_) | Self::Record(_) | Self::Any => &Self::Any,
        })
    }

    /// Whether values of the two types can ever be equal.
    pub(super) fn can_equal(self, other: Self) -> bool {
        use Type::{Any, Double, Int, List, Record, Text, Word};
        match (self, other) {
            (Any, _) | (_, Any) => true,
            (Int | Double, Int | Double) | (Text | Word(_), Text | Word(_)) => true,
            (Record(_), _) | (_, Record(_)) => false,
            (List(a), List(b)) => a.can_equal(*b),
            (a, b) => a == b,
        }
    }

    /// Whether one comes before the other.
    pub(super) fn has_order(self, other: Self) -> bool {
        use Type::{Any, Bool, Double, Int, Text, Word};
        matches!(
            (self, other),
            (Any, Any | Bool | Int | Double | Text | Word(_))
                | (Bool | Int | Double | Text | Word(_), Any)
                | (Int | Double, Int | Double)
                | (Text | Word(_), Text | Word(_))
                | (Bool, Bool)
        )
    }

    /// One type for two branches; `None` where they have nothing in common.
    pub(super) fn or(self, other: Self) -> Option<Self> {
        match (self, other) {
            (a, b) if a == b => Some(a),
            (Self::Any | Self::Null, _) | (_, Self::Any | Self::Null) => Some(Self::Any),
            (Self::Text | Self::Word(_), Self::Text | Self::Word(_)) => Some(Self::Text),
            (Self::Int | Self::Double, Self::Int | Self::Double) => Some(Self::Any),
            (Self::List(_), Self::List(_)) => Some(Self::List(&Self::Any)),
            _ => None,
        }
    }
}
