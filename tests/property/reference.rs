//! Pairing and window against a second, simple implementation.

use proptest::collection::vec;
use proptest::prelude::*;
use varve::json;
use varve::json::Value;
use varve::model::annotation::Priority;

use crate::cases;
use crate::steps::Say;
use crate::support::*;

/// A step or message: its entries' places, its messages in short with their tokens, what keeps it.
#[derive(Default)]
struct Block {
    places: Vec<usize>,
    hidden: bool,
    pinned: bool,
    weight: u32,
    user: bool,
    body: Option<Value>,
    calls: Vec<(String, bool)>,
    results: Vec<Value>,
}

#[derive(Debug, Clone)]
struct Told {
    say: Say,
    priority: &'static str,
}

fn told() -> impl Strategy<Value = Told> {
    let say = prop_oneof![
        3 => (0..12u8).prop_map(|length| Say::Text("user", length)),
        3 => (0..12u8).prop_map(|length| Say::Text("assistant", length)),
        1 => (0..12u8).prop_map(|length| Say::Text("system", length)),
        1 => (0..12u8).prop_map(Say::Output),
        3 => (vec(0..4u8, 1..3), any::<bool>()).prop_map(|(ids, text)| Say::Calls(ids, text)),
        3 => vec(0..4u8, 1..3).prop_map(Say::Results),
        1 => (Just("user"), 0..4u8).prop_map(|(role, number)| Say::ResultAndText(role, number)),
    ];
    let priority = prop_oneof![6 => Just("unset"), 1 => Just("skip"), 1 => Just("pinned"), 1 => Just("normal")];
    (say, priority).prop_map(|(say, priority)| Told { say, priority })
}

/// Entries to blocks, by semantics: a result goes to the nearest earlier unanswered call of its id.
fn blocks(entries: &[Told]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (place, told) in entries.iter().enumerate() {
        let payload = told.say.payload();
        let role = payload["role"].as_str().unwrap_or("assistant").to_owned();
        let parts: Vec<Value> = match payload["contentType"].as_str() {
            Some("output") => vec![json!({ "type": "text", "text": payload["text"] })],
            _ => payload["parts"].as_array().unwrap().clone(),
        };
        let hidden = told.priority == "skip";
        let pinned = told.priority == "pinned" || (told.priority == "unset" && role == "system");
        let weight = if payload["contentType"] == "output" { 70 } else { 50 };
        let (results, body): (Vec<Value>, Vec<Value>) =
            parts.into_iter().partition(|part| part["type"] == "tool-result");
        if !body.is_empty() {
            let calls = body.iter().filter(|part| part["type"] == "tool-call");
            blocks.push(Block {
                places: vec![place],
                hidden,
                pinned,
                weight,
                user: role == "user" && !hidden,
                calls: calls.map(|call| (call["callId"].as_str().unwrap().to_owned(), false)).collect(),
                body: Some(json!({ "role": role, "parts": body })),
                results: Vec::new(),
            });
        }
        let mut gathered: Vec<(usize, Vec<Value>)> = Vec::new();
        for result in results {
            let open = |block: &Block| {
                block.calls.iter().rposition(|(id, answered)| *id == result["callId"].as_str().unwrap() && !answered)
            };
            let found = (0..blocks.len()).rev().find_map(|number| Some((number, open(&blocks[number])?)));
            let Some((number, call)) = found else { continue };
            blocks[number].calls[call].1 = true;
            match gathered.iter_mut().find(|(known, _)| *known == number) {
                Some((_, all)) => all.push(result),
                None => gathered.push((number, vec![result])),
            }
        }
        for (number, parts) in gathered {
            let block = &mut blocks[number];
            block.places.push(place);
            block.hidden |= hidden;
            block.pinned |= pinned;
            block.weight = block.weight.max(weight);
            block.results.push(json!({ "role": "tool", "parts": parts }));
        }
    }
    for block in &mut blocks {
        for (id, answered) in &block.calls {
            if !answered {
                let text = varve::model::content::DANGLING_TEXT;
                let output = json!({ "type": "error-text", "value": text });
                let part = json!({ "type": "tool-result", "callId": id, "toolName": "look", "output": output });
                block.results.push(json!({ "role": "tool", "parts": [part] }));
            }
        }
    }
    blocks
}

fn messages(block: &Block) -> Vec<&Value> {
    if block.hidden { Vec::new() } else { block.body.iter().chain(&block.results).collect() }
}

fn weigh(block: &Block) -> u64 {
    messages(block).into_iter().map(cost).sum()
}

/// What stays of the blocks within a limit, and its tokens.
fn window(entries: &[Told], blocks: &[Block], limit: u64, recent: usize) -> (Vec<usize>, u64) {
    let turn = blocks.iter().rfind(|block| block.user).map_or(usize::MAX, |block| block.places[0]);
    let shown: Vec<usize> = (0..entries.len())
        .filter(|place| entries[*place].priority != "skip" && blocks.iter().any(|block| block.places.contains(place)))
        .collect();
    let tail = match recent {
        0 => turn,
        _ => turn.min(shown.get(shown.len().saturating_sub(recent)).copied().unwrap_or(usize::MAX)),
    };
    // From the first block on that reaches into what stays, everything stays.
    let first = blocks.iter().position(|block| block.places.iter().any(|place| *place >= tail)).unwrap_or(blocks.len());
    let mut order: Vec<usize> =
        (0..first).filter(|number| !blocks[*number].pinned && weigh(&blocks[*number]) > 0).collect();
    order.sort_by_key(|number| (blocks[*number].weight, *number));
    let mut total: u64 = blocks.iter().map(weigh).sum::<u64>() + 3;
    let mut gone = Vec::new();
    for number in order {
        if total <= limit {
            break;
        }
        total -= weigh(&blocks[number]);
        gone.push(number);
    }
    ((0..blocks.len()).filter(|number| !gone.contains(number)).collect(), total)
}

proptest! {
    #![proptest_config(cases(400, "tests/property/regressions/reference.txt"))]

    #[test]
    fn steps_and_windows_are_what_a_simple_implementation_makes_of_them(
        entries in vec(told(), 1..16),
        limits in vec((0..200u64, 0..4usize), 1..4),
    ) {
        let ann = World::default().user();
        let blocks = blocks(&entries);
        let mut readings = Vec::new();
        for (place, told) in entries.iter().enumerate() {
            let id = format!("e{place}");
            ann.commit(&id, told.say.payload());
            if told.priority != "unset" {
                let priorities = [Priority::Skip, Priority::Pinned, Priority::Normal];
                let priority = priorities.into_iter().find(|priority| priority.name() == told.priority);
                ann.annotate(&id, priority.unwrap());
            }
            ann.compile(json!({ "maxTokens": limits[0].0, "preserveRecent": limits[0].1, "onOverflow": "return" }));
        }
        for (limit, recent) in limits {
            let reading =
                ann.compile(json!({ "maxTokens": limit, "preserveRecent": recent, "onOverflow": "return" }));
            let (kept, tokens) = window(&entries, &blocks, limit, recent);
            let expected: Vec<String> =
                kept.iter().flat_map(|number| messages(&blocks[*number])).map(brief).collect();
            prop_assert_eq!(reading.brief(), expected, "{} tokens, {} recent", limit, recent);
            prop_assert_eq!(reading.tokens(), tokens);
            readings.push(reading);
        }
    }
}
