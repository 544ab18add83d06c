//! Label selectors: `app=a,tier in (x, y),!old`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::validate;

/// One condition on a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    Absent,
    Above,
    Below,
}

impl Requirement {
    pub(super) fn matches(&self, labels: &Value) -> bool {
        let value = labels.get(&self.key).and_then(Value::as_str);
        let among = |value: &str| self.values.iter().any(|one| one == value);
        match self.operator {
            Operator::In => value.is_some_and(among),
            Operator::NotIn => !value.is_some_and(among),
            Operator::Exists => value.is_some(),
            Operator::Absent => value.is_none(),
            Operator::Above => self.compare(value, |value, bound| value > bound),
            Operator::Below => self.compare(value, |value, bound| value < bound),
        }
    }

    fn compare(&self, value: Option<&str>, holds: impl Fn(i64, i64) -> bool) -> bool {
        let number = |text: &str| text.parse::<i64>().ok();
        let bound = self.values.first().and_then(|bound| number(bound));
        matches!((value.and_then(number), bound), (Some(value), Some(bound)) if holds(value, bound))
    }
}

pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0 };
    parser.requirements()
}

/// Values obey the rules of labels; Go looks at them in order, each once.
fn check_values(key: &str, values: &[String]) -> Result<(), String> {
    let mut wrong = Vec::new();
    for (at, value) in values.iter().collect::<BTreeSet<_>>().into_iter().enumerate() {
        let messages = validate::label_value(value);
        if !messages.is_empty() {
            wrong.push(format!("values[{at}][{key}]: Invalid value: {value:?}: {}", messages.join("; ")));
        }
    }
    match wrong.as_slice() {
        [] => Ok(()),
        [one] => Err(one.clone()),
        many => Err(format!("[{}]", many.join(", "))),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(&'static str),
}

fn tokens(text: &str) -> Vec<Token> {
    const SIGNS: [&str; 9] = ["!=", "==", "!", "=", ">", "<", ",", "(", ")"];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let ends = |character: char| character.is_whitespace() || "!=><,()".contains(character);
            let end = rest.find(ends).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(this)) if *this == sign);
        self.at += usize::from(found);
        found
    }

    fn requirements(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        while self.peek().is_some() {
            if !matches!(self.peek(), Some(Token::Word(_) | Token::Sign("!"))) {
                let found = self.shown();
                return Err(format!("found '{found}', expected: !, identifier, or 'end of string'"));
            }
            let requirement = self.requirement();
            requirements.push(requirement.map_err(|error| format!("unable to parse requirement: {error}"))?);
            if self.peek().is_none() {
                break;
            }
            if !self.accept(",") {
                return Err(format!("found '{}', expected: ',' or 'end of string'", self.shown()));
            }
            if !matches!(self.peek(), Some(Token::Word(_) | Token::Sign("!"))) {
                return Err(format!("found '{}', expected: identifier after ','", self.shown()));
            }
        }
        Ok(requirements)
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        if self.accept("!") {
            let key = self.key()?;
            return Ok(Requirement { key, operator: Operator::Absent, values: Vec::new() });
        }
        let key = self.key()?;
        let (operator, values) = match self.peek().cloned() {
            None | Some(Token::Sign(",")) => (Operator::Exists, Vec::new()),
            Some(Token::Sign(sign @ ("=" | "==" | "!=" | ">" | "<"))) => {
                self.next();
                let operator = match sign {
                    "!=" => Operator::NotIn,
                    ">" => Operator::Above,
                    "<" => Operator::Below,
                    _ => Operator::In,
                };
                let value = match self.peek().cloned() {
                    Some(Token::Word(value)) => {
                        self.next();
                        value
                    }
                    None | Some(Token::Sign(",")) => String::new(),
                    Some(_) => return Err(format!("found '{}', expected: identifier", self.shown())),
                };
                if matches!(operator, Operator::Above | Operator::Below) && value.parse::<i64>().is_err() {
                    return Err(format!(
                        "values[0]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"
                    ));
                }
                (operator, vec![value])
            }
            Some(Token::Word(word)) if word == "in" || word == "notin" => {
                self.next();
                let operator = if word == "in" { Operator::In } else { Operator::NotIn };
                (operator, self.set()?)
            }
            Some(_) => {
                let found = self.shown();
                return Err(format!("found '{found}', expected: in, notin, =, ==, !=, gt, lt"));
            }
        };
        check_values(&key, &values)?;
        Ok(Requirement { key, operator, values })
    }

    fn set(&mut self) -> Result<Vec<String>, String> {
        if !self.accept("(") {
            return Err(format!("found '{}' expected: '('", self.shown()));
        }
        let mut values = Vec::new();
        loop {
            match self.next() {
                Some(Token::Word(value)) => {
                    values.push(value);
                    if self.accept(")") {
                        return Ok(values);
                    }
                    if !self.accept(",") {
                        return Err(format!("found '{}', expected: ',' or ')'", self.shown()));
                    }
                }
                Some(Token::Sign(")")) => {
                    values.push(String::new());
                    return Ok(values);
                }
                Some(Token::Sign(",")) => values.push(String::new()),
                _ => return Err(format!("found '{}', expected: ',', or identifier", self.shown())),
            }
        }
    }

    fn key(&mut self) -> Result<String, String> {
        let Some(Token::Word(key)) = self.peek().cloned() else {
            return Err(format!("found '{}', expected: identifier", self.shown()));
        };
        self.next();
        match validate::label_key(&key) {
            wrong if wrong.is_empty() => Ok(key),
            // Go's parser has no path to the key.
            wrong => Err(format!("<nil>: Invalid value: {key:?}: {}", wrong.join("; "))),
        }
    }

    fn shown(&self) -> String {
        match self.peek() {
            Some(Token::Word(word)) => word.clone(),
            Some(Token::Sign(sign)) => (*sign).to_owned(),
            None => String::new(),
        }
    }
}
