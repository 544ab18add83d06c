//! What is wrong with a text that is no JSON, in the words of Go's scanner.

/// No text is looked into deeper than this.
const DEPTH: usize = 500;

/// Says what is wrong; the text is known to be no JSON.
pub(super) fn error(text: &[u8]) -> String {
    let mut scanner = Scanner { text, at: 0 };
    match scanner.document() {
        Err(error) => error,
        // Whoever refused it was stricter than this scanner, about a surrogate or the depth.
        Ok(()) => "invalid JSON".to_owned(),
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

type Step = Result<(), String>;

impl Scanner<'_> {
    fn document(&mut self) -> Step {
        self.value(0)?;
        match self.after_space() {
            None => Ok(()),
            Some(byte) => Err(unexpected(byte, "after top-level value")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn after_space(&mut self) -> Option<u8> {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
        self.peek()
    }

    /// The next byte, which must be there.
    fn need(&self, byte: Option<u8>) -> Result<u8, String> {
        byte.ok_or_else(|| "unexpected end of JSON input".to_owned())
    }

    fn value(&mut self, depth: usize) -> Step {
        if depth > DEPTH {
            return Err("exceeded max depth".to_owned());
        }
        let byte = self.after_space();
        match self.need(byte)? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string(),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            b'-' | b'0'..=b'9' => self.number(),
            byte => Err(unexpected(byte, "looking for beginning of value")),
        }
    }

    fn object(&mut self, depth: usize) -> Step {
        self.at += 1;
        let mut first = true;
        loop {
            let byte = self.after_space();
            match self.need(byte)? {
                b'}' if first => return self.advance(),
                b'"' => self.string()?,
                byte => return Err(unexpected(byte, "looking for beginning of object key string")),
            }
            first = false;
            let byte = self.after_space();
            match self.need(byte)? {
                b':' => self.at += 1,
                byte => return Err(unexpected(byte, "after object key")),
            }
            self.value(depth + 1)?;
            let byte = self.after_space();
            match self.need(byte)? {
                b',' => self.at += 1,
                b'}' => return self.advance(),
                byte => return Err(unexpected(byte, "after object key:value pair")),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Step {
        self.at += 1;
        if self.after_space() == Some(b']') {
            return self.advance();
        }
        loop {
            self.value(depth + 1)?;
            let byte = self.after_space();
            match self.need(byte)? {
                b',' => self.at += 1,
                b']' => return self.advance(),
                byte => return Err(unexpected(byte, "after array element")),
            }
        }
    }

    fn string(&mut self) -> Step {
        self.at += 1;
        loop {
            let byte = self.need(self.peek())?;
            self.at += 1;
            match byte {
                b'"' => return Ok(()),
                b'\\' => {
                    let escape = self.need(self.peek())?;
                    self.at += 1;
                    match escape {
                        b'u' => self.hex()?,
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        byte => return Err(unexpected(byte, "in string escape code")),
                    }
                }
                byte if byte < 0x20 => return Err(unexpected(byte, "in string literal")),
                _ => {}
            }
        }
    }

    fn hex(&mut self) -> Step {
        for _ in 0..4 {
            let byte = self.need(self.peek())?;
            if !byte.is_ascii_hexdigit() {
                return Err(unexpected(byte, "in \\u hexadecimal character escape"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn literal(&mut self, word: &str) -> Step {
        for expected in word.bytes() {
            let byte = self.need(self.peek())?;
            if byte != expected {
                let place = format!("in literal {word} (expecting {})", quoted(expected));
                return Err(unexpected(byte, &place));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Step {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        Ok(())
    }

    fn digits(&mut self, place: &str) -> Step {
        let first = self.need(self.peek())?;
        if !first.is_ascii_digit() {
            return Err(unexpected(first, place));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn advance(&mut self) -> Step {
        self.at += 1;
        Ok(())
    }
}

fn unexpected(byte: u8, place: &str) -> String {
    format!("invalid character {} {place}", quoted(byte))
}

/// A byte as Go shows it: between single quotes, a byte above 127 as the character of that number.
fn quoted(byte: u8) -> String {
    match char::from(byte) {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        character => format!("'{}'", character.escape_debug()),
    }
}
