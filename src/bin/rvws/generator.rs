//! Values that `serve` generates.

use std::fs;
use std::str::FromStr;
use std::time::Duration;

use realvirtual_ws::{Kind, Value};

use crate::signal::parse;

/// How a value follows from the time.
#[derive(Clone, Debug)]
enum Shape {
    /// Changes its level after each period.
    Toggle(Duration),
    /// Rises from the first number to the second, and starts again.
    Ramp(f64, f64, Duration),
    /// Swings between the two, starting in the middle, rising.
    Sine(f64, f64, Duration),
    /// Lines of a file: from which second on it has which value; starts again after the last.
    Script(Vec<(Duration, String)>),
}

/// `NAME=KIND:…`: which signals are generated, and how.
#[derive(Clone, Debug)]
pub struct Rule {
    /// With `*` and `?`.
    pub pattern: String,
    shape: Shape,
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Both a name and a file's path may hold an equals sign.
        let kinds = ["=toggle:", "=ramp:", "=sine:", "=script:"];
        let at = kinds.into_iter().filter_map(|kind| text.find(kind)).min();
        let (pattern, rest) = match at {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => text.rsplit_once('=').ok_or("it lacks the = after NAME")?,
        };
        let (kind, rest) = rest.split_once(':').ok_or(
            "after the = comes toggle:PERIOD, ramp:LOW..HIGH/PERIOD, sine:LOW..HIGH/PERIOD or script:FILE",
        )?;
        let shape = match kind {
            "toggle" => Shape::Toggle(period(rest)?),
            "ramp" | "sine" => {
                let (span, time) = rest
                    .split_once('/')
                    .ok_or("it lacks the /PERIOD, such as /10s")?;
                let (low, high) = span
                    .split_once("..")
                    .ok_or("it lacks LOW..HIGH, such as 0..100")?;
                let (low, high, time) = (number(low)?, number(high)?, period(time)?);
                if kind == "ramp" {
                    Shape::Ramp(low, high, time)
                } else {
                    Shape::Sine(low, high, time)
                }
            }
            "script" => Shape::Script(script(rest)?),
            other => {
                return Err(format!(
                    "there is no generator {other:?}: toggle, ramp, sine or script"
                ));
            }
        };
        Ok(Self {
            pattern: pattern.to_owned(),
            shape,
        })
    }
}

fn number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("{text:?} is no number")),
    }
}

/// `500ms` or `2s`.
fn period(text: &str) -> Result<Duration, String> {
    let (digits, unit) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 1e-3),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = number(digits)? * unit;
    if !(0.001..=1e6).contains(&seconds) {
        return Err(format!(
            "{text:?} is no period: write 1ms to 1000000s, such as 500ms or 2s"
        ));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// Lines of `SECONDS VALUE`, in the order of time; empty lines and those with `#` count for nothing.
fn script(path: &str) -> Result<Vec<(Duration, String)>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    let mut steps: Vec<(Duration, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: &str| format!("{path}, line {}: {why}", index + 1);
        let (at, value) = line
            .split_once(char::is_whitespace)
            .ok_or_else(|| wrong("write SECONDS VALUE"))?;
        let at = match at.parse::<f64>() {
            Ok(at) if (0.0..=1e6).contains(&at) => Duration::from_secs_f64(at),
            _ => return Err(wrong("the first word is no time in seconds")),
        };
        if steps.last().is_some_and(|(before, _)| *before > at) {
            return Err(wrong("its time is before that of the line above"));
        }
        steps.push((at, value.trim().to_owned()));
    }
    match steps.last() {
        Some((end, _)) if !end.is_zero() || steps.len() == 1 => Ok(steps),
        Some(_) => Err(format!("{path}: all of its lines are at the second 0")),
        None => Err(format!("{path}: it holds no line with SECONDS VALUE")),
    }
}

impl Rule {
    /// Whether signals of this kind can have such values; why not, otherwise.
    pub fn check(&self, kind: Kind) -> Result<(), String> {
        match (&self.shape, kind) {
            (Shape::Toggle(_), Kind::Bool | Kind::Int)
            | (Shape::Ramp(..) | Shape::Sine(..), Kind::Int | Kind::Float) => Ok(()),
            (Shape::Script(steps), kind) => steps
                .iter()
                .try_for_each(|(_, text)| parse(text, kind).map(drop)),
            (Shape::Toggle(_), _) => Err("toggle is for Bool and Int".to_owned()),
            (Shape::Ramp(..) | Shape::Sine(..), _) => {
                Err("ramp and sine are for Int and Float".to_owned())
            }
        }
    }

    /// The value so long after the start.
    pub fn value(&self, time: Duration, kind: Kind) -> Option<Value> {
        let number = |value: f64| match kind {
            Kind::Int => Value::Int(value.round() as i64),
            _ => Value::Float(value),
        };
        let share = |period: Duration| (time.as_secs_f64() / period.as_secs_f64()).fract();
        match &self.shape {
            Shape::Toggle(period) => {
                let high = (time.as_nanos() / period.as_nanos()) % 2 == 1;
                Some(match kind {
                    Kind::Int => Value::Int(high.into()),
                    _ => Value::Bool(high),
                })
            }
            Shape::Ramp(low, high, period) => Some(number(low + (high - low) * share(*period))),
            Shape::Sine(low, high, period) => {
                let angle = std::f64::consts::TAU * share(*period);
                Some(number(
                    f64::midpoint(*low, *high) + (high - low) / 2.0 * angle.sin(),
                ))
            }
            Shape::Script(steps) => {
                let length = steps.last()?.0;
                let within = if length.is_zero() {
                    Duration::ZERO
                } else {
                    Duration::from_nanos((time.as_nanos() % length.as_nanos()) as u64)
                };
                // The end of a round is the last line's moment and the first one's.
                let again = time >= length;
                let step = steps.iter().rev().find(|(at, _)| *at <= within);
                let step = step.or_else(|| steps.last().filter(|_| again))?;
                parse(&step.1, kind).ok()
            }
        }
    }
}
