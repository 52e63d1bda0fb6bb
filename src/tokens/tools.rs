//! Tokens of tool definitions, by the rule OpenAI publishes for its chat models
//! ("How to count tokens with tiktoken", OpenAI Cookbook, figures of gpt-4o).
//!
//! The rule covers a name, a description and flat parameters. What it does not cover (nested
//! schemas, tools of another shape) counts as its JSON text. No input makes this fail.

use crate::json::{Map, Value, canonical_json};

use super::{ChatOverhead, TokenCounter};

/// Before each function.
const PER_FUNCTION: u32 = 7;
/// Before the properties of a function that has any.
const PER_PROPERTIES: u32 = 3;
/// Before each property.
const PER_PROPERTY: u32 = 3;
/// What an `enum` takes off, before its items.
const ENUM_DISCOUNT: u32 = 3;
/// Before each item of an `enum`.
const PER_ENUM_ITEM: u32 = 3;
/// Once, after all functions.
const AFTER_ALL: u32 = 12;

/// Tokens that `tools` add to a prompt.
///
/// `tools` is the array a chat request has under that name. A tool is understood in the shapes
/// `{ type: "function", function: { name, description, parameters } }`, without the envelope, and
/// with `input_schema` for `parameters`. `null` and an empty array are 0 tokens, and so is
/// everything for a counter without chat overhead.
pub fn count_tools(tools: &Value, counter: &dyn TokenCounter) -> u32 {
    if counter.overhead() == ChatOverhead::NONE {
        return 0;
    }
    match tools {
        Value::Null => 0,
        Value::Array(tools) if tools.is_empty() => 0,
        Value::Array(tools) => tools.iter().map(|tool| count_tool(tool, counter)).fold(AFTER_ALL, u32::saturating_add),
        other => count_json(other, counter),
    }
}

fn count_tool(tool: &Value, counter: &dyn TokenCounter) -> u32 {
    let function = tool.get("function").unwrap_or(tool);
    let Some(name) = function.get("name").and_then(Value::as_str) else {
        return PER_FUNCTION.saturating_add(count_json(tool, counter));
    };
    let description = function.get("description").map_or("", text_of);
    let line = format!("{name}:{}", without_full_stop(description));
    let parameters = function.get("parameters").or_else(|| function.get("input_schema"));
    PER_FUNCTION
        .saturating_add(counter.count(&line))
        .saturating_add(parameters.map_or(0, |schema| count_parameters(schema, counter)))
}

fn count_parameters(schema: &Value, counter: &dyn TokenCounter) -> u32 {
    match schema.get("properties") {
        Some(Value::Object(properties)) if properties.is_empty() => 0,
        Some(Value::Object(properties)) => properties
            .iter()
            .map(|(name, property)| count_property(name, property, counter))
            .fold(PER_PROPERTIES, u32::saturating_add),
        _ if is_empty(schema) => 0,
        _ => count_json(schema, counter),
    }
}

fn count_property(name: &str, property: &Value, counter: &dyn TokenCounter) -> u32 {
    let Value::Object(fields) = property else {
        let line = format!("{name}:{}", canonical_json(property));
        return PER_PROPERTY.saturating_add(counter.count(&line));
    };
    let kind = match fields.get("type") {
        None => String::new(),
        Some(Value::String(kind)) => kind.clone(),
        Some(other) => canonical_json(other),
    };
    let description = fields.get("description").map_or("", text_of);
    let line = format!("{name}:{kind}:{}", without_full_stop(description));
    PER_PROPERTY
        .saturating_add(counter.count(&line))
        .saturating_add(count_beyond_the_rule(fields, counter))
        .saturating_add(fields.get("enum").map_or(0, |items| count_enum(items, counter)))
        .saturating_sub(if fields.contains_key("enum") { ENUM_DISCOUNT } else { 0 })
}

fn count_enum(items: &Value, counter: &dyn TokenCounter) -> u32 {
    let Value::Array(items) = items else {
        return count_json(items, counter);
    };
    items
        .iter()
        .map(|item| match item {
            Value::String(text) => counter.count(text),
            other => count_json(other, counter),
        })
        .fold(0, |sum, item| sum.saturating_add(PER_ENUM_ITEM).saturating_add(item))
}

/// The fields of a property that the published rule says nothing about, such as `items`.
fn count_beyond_the_rule(fields: &Map, counter: &dyn TokenCounter) -> u32 {
    let is_known = |name: &str| matches!(name, "type" | "description" | "enum");
    let mut rest = Map::new();
    for (name, value) in fields.iter().filter(|(name, _)| !is_known(name)) {
        rest.insert(name, value.clone());
    }
    if rest.is_empty() { 0 } else { count_json(&Value::Object(rest), counter) }
}

fn count_json(value: &Value, counter: &dyn TokenCounter) -> u32 {
    counter.count(&canonical_json(value))
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn without_full_stop(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::json;

    use super::super::NullCounter;
    use super::*;

    struct O200k(&'static tiktoken_rs::CoreBPE);

    impl TokenCounter for O200k {
        fn count(&self, text: &str) -> u32 {
            self.0.encode_ordinary(text).len() as u32
        }
        fn source(&self) -> &str {
            "tiktoken:o200k_base"
        }
        fn overhead(&self) -> ChatOverhead {
            ChatOverhead::OPENAI
        }
    }

    fn o200k() -> O200k {
        O200k(tiktoken_rs::o200k_base_singleton())
    }

    fn weather() -> Value {
        json!({
            "name": "get_current_weather",
            "description": "Get the current weather in a given location",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {
                        "type": "string",
                        "description": "The city and state, e.g. San Francisco, CA",
                    },
                    "unit": {
                        "type": "string",
                        "description": "The unit of temperature to return",
                        "enum": ["celsius", "fahrenheit"],
                    },
                },
                "required": ["location"],
            },
        })
    }

    #[test]
    fn the_published_example_has_the_published_count() {
        // The cookbook's example: 101 tokens for gpt-4o, tools and these two messages together.
        let counter = o200k();
        let overhead = counter.overhead();
        let messages = [
            ("system", "You are a helpful assistant that can answer to questions about the weather."),
            ("user", "What's the weather like in San Francisco?"),
        ];
        let chat = messages.iter().fold(overhead.per_reply, |sum, (role, content)| {
            sum + overhead.per_message + counter.count(role) + counter.count(content)
        });
        let tools = json!([{ "type": "function", "function": weather() }]);
        assert_eq!(chat + count_tools(&tools, &counter), 101);
    }

    /// The TypeScript twin, js/src/tokens/tools.ts, is held to the same file.
    #[test]
    fn counts_are_those_of_the_shared_fixture() {
        let cases = crate::json::parse(include_str!("../../tests/fixtures/tools.json")).unwrap();
        for case in cases.as_array().unwrap() {
            assert_eq!(count_tools(&case["tools"], &o200k()), case["tokens"], "{}", case["tools"]);
        }
    }

    #[test]
    fn the_envelope_and_the_name_of_the_schema_do_not_matter() {
        let counter = o200k();
        let enveloped = count_tools(&json!([{ "type": "function", "function": weather() }]), &counter);
        let mut flat = weather();
        assert_eq!(count_tools(&json!([flat]), &counter), enveloped);
        let schema = flat.as_object_mut().unwrap().remove("parameters").unwrap();
        flat["input_schema"] = schema;
        assert_eq!(count_tools(&json!([flat]), &counter), enveloped);
    }

    #[test]
    fn no_tools_are_no_tokens() {
        assert_eq!(count_tools(&Value::Null, &o200k()), 0);
        assert_eq!(count_tools(&json!([]), &o200k()), 0);
        assert_eq!(count_tools(&json!([weather()]), &NullCounter), 0);
    }

    #[test]
    fn what_the_rule_does_not_cover_counts_as_its_json() {
        let counter = o200k();
        assert_eq!(count_tools(&json!("x"), &counter), counter.count("\"x\""));
        let unknown = json!({ "type": "web_search" });
        let expected = AFTER_ALL + PER_FUNCTION + counter.count(&unknown.to_string());
        assert_eq!(count_tools(&json!([unknown]), &counter), expected);

        let plain = json!([{ "name": "f", "parameters": { "properties": { "a": { "type": "array" } } } }]);
        let items = json!({ "items": { "type": "string" } });
        let nested = json!([{ "name": "f", "parameters": { "properties": {
            "a": { "type": "array", "items": { "type": "string" } } } } }]);
        let extra = counter.count(&items.to_string());
        assert_eq!(count_tools(&nested, &counter), count_tools(&plain, &counter) + extra);
    }

    #[test]
    fn malformed_definitions_are_counted_not_refused() {
        for tools in [
            json!([null, 1, "x", [], {}]),
            json!([{ "name": 5 }, { "function": null }, { "name": "f", "description": 3, "parameters": 7 }]),
            json!([{ "name": "f", "parameters": { "properties": { "a": 1, "b": { "enum": "x" } } } }]),
            json!([{ "name": "f", "parameters": { "properties": { "a": { "type": ["string", "null"], "enum": [1, null] } } } }]),
        ] {
            assert!(count_tools(&tools, &o200k()) > AFTER_ALL);
        }
    }
}
