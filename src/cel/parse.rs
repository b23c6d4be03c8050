//! From an expression's text to its tree.

use std::ops::Range;

use regex::RegexBuilder;

use super::ast::{Call, Each, EachKind, Expression, Kind, Name, Op};
use super::error::CelError;
use super::lexer::{Token, tokens};
use super::limits::{DEPTH, LENGTH, SIZE};

/// Words that CEL keeps for later.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];

const RELATIONS: [Op; 6] = [Op::Equal, Op::NotEqual, Op::LessOrEqual, Op::GreaterOrEqual, Op::Less, Op::Greater];

/// Reads an expression.
///
/// # Errors
/// When it is none; the error says where and why.
pub fn parse(text: &str) -> Result<Expression, CelError> {
    if text.len() > LENGTH {
        let message = format!("an expression of more than {LENGTH} bytes is not read");
        return Err(CelError::new(0..text.len(), message));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    if parser.peek() == &Token::End {
        return Err(CelError::new(0..text.len(), "an expression is missing here"));
    }
    let expression = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(expression),
        _ => Err(parser.unexpected("an operator, or the end")),
    }
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
}

type Parsed = Result<Expression, CelError>;

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn range(&self) -> Range<usize> {
        self.tokens[self.at].1.clone()
    }

    /// Where the token before this one ends.
    fn end(&self) -> usize {
        self.tokens[self.at.saturating_sub(1)].1.end
    }

    fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        // The last token is the end, and stays.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn accepts(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if *found == sign);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), CelError> {
        if self.accepts(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> CelError {
        let found = match self.peek() {
            Token::Name(name) => format!("`{name}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::Int(_) | Token::Double(_) => "a number".to_owned(),
            Token::Text(_) => "a string".to_owned(),
            Token::End => "the end".to_owned(),
        };
        let error = CelError::new(self.range(), format!("here should be {wanted}, not {found}"));
        match self.peek() {
            Token::Name(name) if name == "and" => error.with_help("in CEL, `and` is `&&`"),
            Token::Name(name) if name == "or" => error.with_help("in CEL, `or` is `||`"),
            Token::Name(name) if name == "is" => error.with_help("in CEL, two values are compared with `==`"),
            _ => error,
        }
    }

    /// A node over what was read since `start`.
    fn node(&self, kind: Kind, start: usize) -> Parsed {
        let node = Expression::new(kind, start..self.end());
        if node.depth > DEPTH { Err(too_deep(node.range)) } else { Ok(node) }
    }

    fn expression(&mut self) -> Parsed {
        self.deeper(Self::conditional)
    }

    /// One level down, if there is one left.
    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        if self.depth == DEPTH {
            return Err(too_deep(self.range()));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn conditional(&mut self) -> Parsed {
        let start = self.range().start;
        let condition = self.any()?;
        if !self.accepts("?") {
            return Ok(condition);
        }
        let then = self.any()?;
        self.expect(":")?;
        let otherwise = self.expression()?;
        self.node(Kind::If(Box::new([condition, then, otherwise])), start)
    }

    fn any(&mut self) -> Parsed {
        self.joined("||", Self::all, Kind::Any)
    }

    fn all(&mut self) -> Parsed {
        self.joined("&&", Self::relation, Kind::All)
    }

    fn joined(&mut self, sign: &str, part: fn(&mut Self) -> Parsed, join: fn(Vec<Expression>) -> Kind) -> Parsed {
        let start = self.range().start;
        let mut parts = vec![part(self)?];
        while self.accepts(sign) {
            parts.push(part(self)?);
        }
        match parts.len() {
            1 => Ok(parts.remove(0)),
            _ => self.node(join(parts), start),
        }
    }

    fn relation(&mut self) -> Parsed {
        let start = self.range().start;
        let mut left = self.sum()?;
        loop {
            let op = match self.peek() {
                Token::Name(name) if name == "in" => Op::In,
                Token::Sign(sign) => match RELATIONS.into_iter().find(|op| op.as_str() == *sign) {
                    Some(op) => op,
                    None => return Ok(left),
                },
                _ => return Ok(left),
            };
            self.advance();
            let right = self.sum()?;
            left = self.node(Kind::Binary(op, Box::new(left), Box::new(right)), start)?;
        }
    }

    fn sum(&mut self) -> Parsed {
        self.operators(&[Op::Plus, Op::Minus], Self::product)
    }

    fn product(&mut self) -> Parsed {
        self.operators(&[Op::Times, Op::DividedBy, Op::Modulo], Self::unary)
    }

    fn operators(&mut self, ops: &[Op], operand: fn(&mut Self) -> Parsed) -> Parsed {
        let start = self.range().start;
        let mut left = operand(self)?;
        while let Some(op) = ops.iter().copied().find(|op| self.accepts(op.as_str())) {
            let right = operand(self)?;
            left = self.node(Kind::Binary(op, Box::new(left), Box::new(right)), start)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        let start = self.range().start;
        if self.accepts("!") {
            let of = self.deeper(Self::unary)?;
            return self.node(Kind::Not(Box::new(of)), start);
        }
        if self.accepts("-") {
            // The smallest number has no positive counterpart.
            if let Token::Int(number) = *self.peek() {
                let range = start..self.range().end;
                self.advance();
                let negative = 0_i64.checked_sub_unsigned(number).ok_or_else(|| too_large(range.clone()))?;
                return self.members(Expression::new(Kind::Int(negative), range));
            }
            let of = self.deeper(Self::unary)?;
            return self.node(Kind::Negative(Box::new(of)), start);
        }
        let primary = self.primary()?;
        self.members(primary)
    }

    /// Fields, methods and indexes behind a value.
    fn members(&mut self, mut of: Expression) -> Parsed {
        let start = of.range.start;
        loop {
            if self.accepts(".") {
                let name = self.name("a field")?;
                of = if self.accepts("(") {
                    let arguments = self.items(")")?;
                    self.method(of, name, arguments)?
                } else {
                    self.node(Kind::Field(Box::new(of), name), start)?
                };
            } else if self.accepts("[") {
                let index = self.expression()?;
                self.expect("]")?;
                of = self.node(Kind::Index(Box::new(of), Box::new(index)), start)?;
            } else {
                return Ok(of);
            }
        }
    }

    fn name(&mut self, what: &str) -> Result<Name, CelError> {
        let range = self.range();
        match self.peek() {
            Token::Name(text) => {
                let name = Name { text: text.clone(), range };
                self.advance();
                Ok(name)
            }
            _ => Err(self.unexpected(&format!("the name of {what}"))),
        }
    }

    /// Expressions with commas between them, up to the bracket that closes the list.
    fn items(&mut self, close: &str) -> Result<Vec<Expression>, CelError> {
        let mut items = Vec::new();
        while !self.accepts(close) {
            items.push(self.expression()?);
            if !self.accepts(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }

    fn method(&mut self, target: Expression, name: Name, arguments: Vec<Expression>) -> Parsed {
        let start = target.range.start;
        let each = EachKind::NAMES.into_iter().find(|(word, _)| *word == name.text).map(|(_, what)| what);
        match each {
            Some(what) => {
                let each = each_of(what, target, &name, arguments)?;
                self.node(Kind::Each(each), start)
            }
            None => {
                let pattern = pattern(&name, &arguments)?;
                let target = Some(Box::new(target));
                self.node(Kind::Call(Call { name, target, arguments, pattern }), start)
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let range = self.range();
        let kind = match self.peek().clone() {
            Token::Int(number) => Kind::Int(i64::try_from(number).map_err(|_| too_large(range.clone()))?),
            Token::Double(number) => Kind::Double(number),
            Token::Text(text) => Kind::Text(text),
            Token::Name(name) => match name.as_str() {
                "true" => Kind::Bool(true),
                "false" => Kind::Bool(false),
                "null" => Kind::Null,
                "in" => return Err(self.unexpected("a value")),
                _ if RESERVED.contains(&name.as_str()) => {
                    return Err(CelError::new(range, format!("`{name}` is a word that CEL keeps for itself")));
                }
                _ => return self.variable_or_call(name),
            },
            Token::Sign("(") => {
                self.advance();
                let inner = self.expression()?;
                self.expect(")")?;
                // The brackets belong to its place.
                return Ok(Expression { range: range.start..self.end(), ..inner });
            }
            Token::Sign("[") => {
                self.advance();
                let items = self.items("]")?;
                return self.node(Kind::List(items), range.start);
            }
            Token::Sign("{") => {
                return Err(CelError::new(range, "a map cannot be written here")
                    .with_help("compare with one value after the other, or with a list: `x in ['a', 'b']`"));
            }
            _ => return Err(self.unexpected("a value")),
        };
        self.advance();
        self.node(kind, range.start)
    }

    fn variable_or_call(&mut self, text: String) -> Parsed {
        let range = self.range();
        self.advance();
        if let (Token::Text(_), true) = (self.peek(), self.range().start == range.end) {
            let error = CelError::new(range, format!("there is no kind of string that begins with `{text}`"));
            return Err(error.with_help("write it without, or with r for a text in which a backslash means nothing"));
        }
        if !self.accepts("(") {
            return self.node(Kind::Variable(text), range.start);
        }
        let arguments = self.items(")")?;
        let name = Name { text, range: range.clone() };
        if name.text == "has" {
            let place = range.start..self.end();
            let [Expression { kind: Kind::Field(of, field), .. }] = arguments.as_slice() else {
                return Err(CelError::new(place, "`has` takes one field, and says whether it is there")
                    .with_help("for example `has(resource.meta.pii)`"));
            };
            return self.node(Kind::Has(of.clone(), field.clone()), range.start);
        }
        self.node(Kind::Call(Call { name, target: None, arguments, pattern: None }), range.start)
    }
}

fn each_of(what: EachKind, list: Expression, name: &Name, arguments: Vec<Expression>) -> Result<Each, CelError> {
    let count = arguments.len();
    let mut arguments = arguments.into_iter();
    let (variable, body) = match (count, arguments.next(), arguments.next()) {
        (2, Some(variable), Some(body)) => (variable, body),
        (3, Some(variable), Some(body)) if what == EachKind::Map => (variable, body),
        _ => {
            let word = &name.text;
            let message = format!("`{word}` takes a name for the item and what to do with it");
            let help = format!("for example `resource.columns.{word}(column, column.description != '')`");
            return Err(CelError::new(name.range.clone(), message).with_help(help));
        }
    };
    let Kind::Variable(text) = variable.kind else {
        let error = CelError::new(variable.range, format!("`{}` wants a name for the item here", name.text));
        return Err(error.with_help("any word that is free, such as `column`"));
    };
    let variable = Name { text, range: variable.range };
    let result = arguments.next().map(Box::new);
    Ok(Each { what, list: Box::new(list), variable, body: Box::new(body), result })
}

/// Compiles the argument of `matches`, so that a mistake in it shows before there is a text to match.
fn pattern(name: &Name, arguments: &[Expression]) -> Result<Option<regex::Regex>, CelError> {
    if name.text != "matches" {
        return Ok(None);
    }
    let [argument] = arguments else { return Ok(None) };
    let Some(text) = argument.as_text() else {
        return Err(CelError::new(argument.range.clone(), "the pattern of `matches` has to stand here as a string")
            .with_help("it is compiled before there is any value"));
    };
    match RegexBuilder::new(text).size_limit(10 * SIZE).build() {
        Ok(pattern) => Ok(Some(pattern)),
        Err(error) => {
            // The crate's message draws the expression; its last line has the reason.
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(CelError::new(argument.range.clone(), format!("this is no regular expression: {reason}")))
        }
    }
}

fn too_deep(range: Range<usize>) -> CelError {
    CelError::new(range, format!("more than {DEPTH} levels are not read"))
        .with_help("split the policy into several, or ask with `in [...]`")
}

fn too_large(range: Range<usize>) -> CelError {
    CelError::new(range, "this number is too large").with_help("whole numbers have 64 bits")
}
