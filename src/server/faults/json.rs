//! Walking through a payload.

use serde_json::Value;

/// Shows every field, however deep, to `change`: its name and its value.
pub(super) fn each(value: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                change(name, value);
                each(value, change);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        _ => {}
    }
}

/// Changes every text of these fields.
pub(super) fn texts(value: &mut Value, names: &[&str], change: impl Fn(&str) -> String) {
    each(value, &mut |name, value| {
        if names.contains(&name)
            && let Value::String(text) = value
        {
            *text = change(text);
        }
    });
}

/// Takes these fields away, however deep.
pub(super) fn remove(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !names.contains(&name.as_str()));
            fields.values_mut().for_each(|value| remove(value, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, names)),
        _ => {}
    }
}

/// Whether this is one of our ids: 24 hex digits.
pub(super) fn is_oid(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
