use crate::error::{Error, Outcome, Result};
use crate::output::{self, Output, Tone};
use crate::{name, opt};
use event_contract::compare::{Level, Rule};
use serde::Serialize;

#[derive(Serialize)]
struct Explained {
    rule: &'static str,
    level: &'static str,
    summary: &'static str,
    explanation: &'static str,
}

impl From<Rule> for Explained {
    fn from(rule: Rule) -> Self {
        Self {
            rule: rule.id(),
            level: word(rule.level()),
            summary: rule.summary(),
            explanation: rule.explanation(),
        }
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Breaking => "breaking",
        Level::Warning => "warning",
    }
}

pub(super) fn run(opt: &opt::Explain, output: Output) -> Result<Outcome> {
    let Some(id) = &opt.rule else {
        let mut table = output::table(&["rule", "level", "what has happened"]);
        for rule in Rule::ALL {
            table.add_row([rule.id(), word(rule.level()), rule.summary()]);
        }
        output.table(&table);
        output.value(&Vec::from(Rule::ALL.map(Explained::from)))?;
        return Ok(Outcome::Fine);
    };
    let Some(rule) = Rule::from_id(id) else {
        let error = Error::new(format!("there is no rule `{id}`"));
        return Err(match name::nearest(id, Rule::ALL.iter().map(|rule| rule.id())) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help("`cargo event contract explain` lists them"),
        });
    };
    let tone = match rule.level() {
        Level::Breaking => Tone::Bad,
        Level::Warning => Tone::Doubtful,
    };
    let level = output.tone(tone, word(rule.level()));
    output.line(format_args!("{} ({level}): {}\n", rule.id(), rule.summary()));
    output.line(wrapped(rule.explanation(), 96));
    output.value(&Explained::from(rule))?;
    Ok(Outcome::Fine)
}

/// `text` in lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}
