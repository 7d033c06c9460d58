//! Signals, frames and catalogues like those of a plant.

use realvirtual_ws::Value;

pub type Signal = (String, Value);

/// So many signals: half bools, a quarter floats, a fifth ints, a twentieth texts.
pub fn signals(count: usize) -> Vec<Signal> {
    (0..count)
        .map(|n| {
            let (part, value) = match n % 20 {
                0..10 => ("Sensor", Value::Bool(n % 3 == 0)),
                10..15 => ("Drive.Speed", Value::Float(n as f64 * 1.25 + 0.001)),
                15..19 => ("Counter", Value::Int(n as i64 * 37 - 500)),
                _ => ("State", Value::Text(format!("Running, step {n}"))),
            };
            (format!("Cell{}.{part}_{n}", n / 200), value)
        })
        .collect()
}

/// Gives it another value.
pub fn change(value: &mut Value) {
    match value {
        Value::Bool(v) => *v = !*v,
        Value::Int(v) => *v ^= 1,
        Value::Float(v) => *v = if *v < 1e6 { *v + 1e6 } else { *v - 1e6 },
        Value::Text(v) => {
            let last = if v.ends_with('a') { 'b' } else { 'a' };
            v.pop();
            v.push(last);
        }
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(v) => (*v).into(),
        Value::Int(v) => (*v).into(),
        Value::Float(v) => (*v).into(),
        Value::Text(v) => v.as_str().into(),
    }
}

fn members<'a>(signals: impl Iterator<Item = (&'a str, serde_json::Value)>) -> String {
    let members: Vec<String> = signals
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    members.join(",")
}

/// A `data` frame with all of them, in this order.
pub fn frame(signals: &[Signal]) -> String {
    let members = members(signals.iter().map(|(name, value)| (&**name, json(value))));
    format!(r#"{{"type":"data","version":2,"signals":{{{members}}}}}"#)
}

/// An `import_answer` with all of them.
pub fn catalogue(signals: &[Signal]) -> String {
    let wire_type = |value: &Value| match value {
        Value::Bool(_) => "PLCInputBool",
        Value::Int(_) => "PLCInputInt",
        Value::Float(_) => "PLCOutputFloat",
        Value::Text(_) => "PLCOutputText",
    };
    let values = members(signals.iter().map(|(name, value)| (&**name, json(value))));
    let types = members(
        signals
            .iter()
            .map(|(name, value)| (&**name, wire_type(value).into())),
    );
    format!(
        r#"{{"type":"import_answer","version":2,"signals":{{{values}}},"signalTypes":{{{types}}}}}"#
    )
}

/// The same in an order that has nothing to do with that of the ids.
pub fn shuffled(signals: Vec<Signal>) -> Vec<Signal> {
    let step = 617; // No divisor of the counts used here, so that every signal comes once.
    (0..signals.len())
        .map(|n| signals[n * step % signals.len()].clone())
        .collect()
}
