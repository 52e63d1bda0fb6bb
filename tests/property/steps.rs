//! The steps of a game, and how they are drawn. Numbers are taken modulo what there is.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use varve::json;
use varve::json::Value;

use crate::support::*;

/// What an entry can say.
#[derive(Debug, Clone)]
pub enum Say {
    Text(&'static str, u8),
    Named(u8),
    Calls(Vec<u8>, bool),
    Results(Vec<u8>),
    ResultAndText(&'static str, u8),
    CallAndResult(u8, u8),
    ToolIo(bool, Option<u8>),
    Reasoning(u8),
    Instruction(Option<u8>, bool, u8),
    Output(u8),
    Card(u8),
    Nothing,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum Step {
    Commit { who: u8, say: Say, turn: Option<u8>, note: bool },
    Again { who: u8, entry: u8 },
    Edit { who: u8, entry: u8, say: Say, note: bool },
    Delete { who: u8, entry: u8 },
    Revert { who: u8, entry: u8 },
    Annotate { who: u8, entry: u8, priority: u8 },
    Branch { who: u8, name: u8 },
    DeleteBranch { who: u8, name: u8 },
    RenameBranch { who: u8, from: u8, to: u8 },
    Switch { who: u8, name: u8 },
    Reset { who: u8, commit: u8 },
    Tag { who: u8, name: u8, commit: u8 },
    Note { who: u8, entry: u8, value: Option<u8> },
    Type { who: u8, kind: u8 },
    Regenerate { who: u8, entry: u8 },
    Resend { who: u8, entry: u8, say: Say },
    Select { who: u8, entry: u8 },
    Undo { who: u8 },
    Redo { who: u8 },
    Batch { who: u8, steps: Vec<Step> },
    Compact { who: u8, first: u8, count: u8 },
    Compress { who: u8, keep: u8, back: bool },
    Merge { who: u8, name: u8, loser: Option<u8> },
    Erase { who: u8, entry: u8 },
    Gc { who: u8 },
    CatchUp { who: u8 },
    Sleep(u8),
    Read { who: u8, view: u8 },
}

impl Step {
    /// Who does it.
    pub fn who(&self) -> u8 {
        use Step::*;
        match self {
            Commit { who, .. }
            | Again { who, .. }
            | Edit { who, .. }
            | Delete { who, .. }
            | Revert { who, .. }
            | Annotate { who, .. }
            | Branch { who, .. }
            | DeleteBranch { who, .. }
            | RenameBranch { who, .. }
            | Switch { who, .. }
            | Reset { who, .. }
            | Tag { who, .. }
            | Note { who, .. }
            | Type { who, .. }
            | Regenerate { who, .. }
            | Resend { who, .. }
            | Select { who, .. }
            | Undo { who }
            | Redo { who }
            | Batch { who, .. }
            | Compact { who, .. }
            | Compress { who, .. }
            | Merge { who, .. }
            | Erase { who, .. }
            | Gc { who }
            | CatchUp { who }
            | Read { who, .. } => *who,
            Sleep(_) => 0,
        }
    }

    /// Whether it asks about nothing but what is in view: then what is left out comes back only where it is missed.
    pub fn is_in_view(&self) -> bool {
        use Step::*;
        matches!(
            self,
            Commit { .. }
                | Again { .. }
                | Edit { .. }
                | Delete { .. }
                | Revert { .. }
                | Annotate { .. }
                | Note { .. }
                | Batch { .. }
                | Compress { back: false, .. }
                | CatchUp { .. }
                | Read { .. }
                | Sleep(_)
        )
    }
}

/// The sets of options that compiles are asked with: more than are kept at once.
pub fn views() -> Vec<Value> {
    vec![
        json!({}),
        json!({ "maxTokens": 70, "preserveRecent": 2, "onOverflow": "return" }),
        json!({ "maxTokens": 120, "onOverflow": "return" }),
        json!({ "dangling": "drop" }),
        json!({ "dangling": "keep", "includeReasoning": false }),
        json!({ "strategy": "notes" }),
        json!({ "strategy": { "adaptive": { "recent": 3 } } }),
        json!({ "strategy": { "adaptive": { "recent": 0.5 } }, "maxTokens": 90, "onOverflow": "return" }),
        json!({ "summaries": "system", "maxTokens": 100, "preserveRecent": 1 }),
        json!({ "maxTokens": 60, "dangling": "drop", "includeReasoning": false, "onOverflow": "return" }),
        json!({ "instructions": "Be brief.", "tools": [{ "name": "look", "description": "Looks things up." }] }),
        json!({ "instructions": ["One", "Two"], "maxTokens": 100, "preserveRecent": 3, "onOverflow": "return" }),
        json!({ "maxTokens": 100, "dangling": "keep" }),
    ]
}

impl Say {
    pub fn payload(&self) -> Value {
        let words = |length: u8| "word ".repeat(usize::from(length) % 12 + 1);
        let id = |number: &u8| format!("c{}", number % 4);
        match self {
            Self::Text(role, length) => message(role, &words(*length)),
            Self::Named(length) => {
                json!({ "contentType": "dialogue", "role": "user", "name": "ann", "text": words(*length) })
            }
            Self::Calls(ids, text) => {
                let mut all: Vec<Value> = ids.iter().map(|number| call_part(&id(number))).collect();
                if *text {
                    all.insert(0, json!({ "type": "text", "text": "Let me look." }));
                    all.push(json!({ "type": "reasoning", "text": "It should be there." }));
                }
                parts("assistant", Value::Array(all))
            }
            Self::Results(ids) => {
                // Two of one call do not say the same, so that messages can be told apart.
                let said = |(place, number): (usize, &u8)| format!("{place} {}", words(*number));
                parts("tool", ids.iter().enumerate().map(|result| result_part(&id(result.1), &said(result))).collect())
            }
            Self::ResultAndText(role, number) => {
                parts(role, json!([result_part(&id(number), "found"), { "type": "text", "text": words(*number) }]))
            }
            Self::CallAndResult(call, result) => parts(
                "assistant",
                json!([call_part(&id(call)), result_part(&id(call), "at once"), result_part(&id(result), "late")]),
            ),
            Self::ToolIo(call, number) => {
                let direction = if *call { "call" } else { "result" };
                tool_io(direction, number.as_ref().map(id).as_deref(), "something")
            }
            Self::Reasoning(length) => reasoning(&words(*length)),
            Self::Instruction(name, here, length) => {
                let mut value = instruction(name.map(|name| format!("n{}", name % 2)).as_deref(), &words(*length));
                if *here {
                    value["place"] = json!("here");
                }
                value
            }
            Self::Output(length) => json!({ "contentType": "output", "format": "text", "text": words(*length) }),
            Self::Card(length) => json!({ "contentType": "card", "front": words(*length) }),
            Self::Nothing => parts("assistant", json!([])),
        }
    }
}

pub fn say() -> impl Strategy<Value = Say> {
    let ids = || vec(0..4u8, 1..3);
    prop_oneof![
        4 => (0..12u8).prop_map(|length| Say::Text("user", length)),
        4 => (0..12u8).prop_map(|length| Say::Text("assistant", length)),
        1 => (0..12u8).prop_map(|length| Say::Text("system", length)),
        1 => any::<u8>().prop_map(Say::Named),
        4 => (ids(), any::<bool>()).prop_map(|(ids, text)| Say::Calls(ids, text)),
        4 => ids().prop_map(Say::Results),
        1 => (prop_oneof![Just("user"), Just("assistant")], 0..4u8)
            .prop_map(|(role, number)| Say::ResultAndText(role, number)),
        1 => (0..4u8, 0..4u8).prop_map(|(call, result)| Say::CallAndResult(call, result)),
        3 => (any::<bool>(), option::of(0..4u8)).prop_map(|(call, id)| Say::ToolIo(call, id)),
        2 => (0..12u8).prop_map(Say::Reasoning),
        1 => (option::of(0..2u8), any::<bool>(), 0..12u8)
            .prop_map(|(name, here, length)| Say::Instruction(name, here, length)),
        1 => (0..12u8).prop_map(Say::Output),
        1 => (0..12u8).prop_map(Say::Card),
        1 => Just(Say::Nothing),
    ]
}

fn commit() -> impl Strategy<Value = Step> {
    (any::<u8>(), say(), option::weighted(0.3, 0..2u8), prop::bool::weighted(0.3))
        .prop_map(|(who, say, turn, note)| Step::Commit { who, say, turn, note })
}

fn change() -> impl Strategy<Value = Step> {
    let pair = || (any::<u8>(), any::<u8>());
    prop_oneof![
        4 => (any::<u8>(), any::<u8>(), say(), any::<bool>())
            .prop_map(|(who, entry, say, note)| Step::Edit { who, entry, say, note }),
        3 => pair().prop_map(|(who, entry)| Step::Delete { who, entry }),
        3 => pair().prop_map(|(who, entry)| Step::Revert { who, entry }),
        4 => (any::<u8>(), any::<u8>(), 0..4u8)
            .prop_map(|(who, entry, priority)| Step::Annotate { who, entry, priority }),
        1 => (any::<u8>(), any::<u8>(), option::of(any::<u8>()))
            .prop_map(|(who, entry, value)| Step::Note { who, entry, value }),
        1 => pair().prop_map(|(who, entry)| Step::Again { who, entry }),
    ]
}

/// What a batch can hold.
fn plain() -> impl Strategy<Value = Step> {
    prop_oneof![2 => commit(), 1 => change()]
}

fn move_about() -> impl Strategy<Value = Step> {
    let pair = || (any::<u8>(), 0..3u8);
    prop_oneof![
        3 => pair().prop_map(|(who, name)| Step::Branch { who, name }),
        1 => pair().prop_map(|(who, name)| Step::DeleteBranch { who, name }),
        1 => (any::<u8>(), 0..4u8, 0..4u8).prop_map(|(who, from, to)| Step::RenameBranch { who, from, to }),
        4 => (any::<u8>(), 0..4u8).prop_map(|(who, name)| Step::Switch { who, name }),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(who, commit)| Step::Reset { who, commit }),
        1 => (any::<u8>(), 0..2u8, any::<u8>()).prop_map(|(who, name, commit)| Step::Tag { who, name, commit }),
        1 => (any::<u8>(), 0..5u8).prop_map(|(who, kind)| Step::Type { who, kind }),
        2 => (any::<u8>(), any::<u8>(), 1..4u8).prop_map(|(who, first, count)| Step::Compact { who, first, count }),
        3 => (any::<u8>(), 0..4u8, any::<bool>()).prop_map(|(who, keep, back)| Step::Compress { who, keep, back }),
        2 => (any::<u8>(), 0..4u8, option::of(any::<u8>()))
            .prop_map(|(who, name, loser)| Step::Merge { who, name, loser }),
    ]
}

/// What goes back, or to another line.
pub fn alternative() -> impl Strategy<Value = Step> {
    let pair = || (any::<u8>(), any::<u8>());
    prop_oneof![
        2 => pair().prop_map(|(who, entry)| Step::Regenerate { who, entry }),
        1 => (any::<u8>(), any::<u8>(), say()).prop_map(|(who, entry, say)| Step::Resend { who, entry, say }),
        2 => pair().prop_map(|(who, entry)| Step::Select { who, entry }),
    ]
}

/// What changes a repository.
pub fn operation() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => commit(),
        6 => change(),
        4 => move_about(),
        1 => (any::<u8>(), vec(plain(), 1..5)).prop_map(|(who, steps)| Step::Batch { who, steps }),
        1 => alternative(),
        2 => any::<u8>().prop_map(|who| Step::Undo { who }),
        1 => any::<u8>().prop_map(|who| Step::Redo { who }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(who, entry)| Step::Erase { who, entry }),
        1 => any::<u8>().prop_map(|who| Step::Gc { who }),
    ]
}

/// Anything.
pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => operation(),
        4 => (any::<u8>(), 0..views().len() as u8).prop_map(|(who, view)| Step::Read { who, view }),
        1 => any::<u8>().prop_map(|who| Step::CatchUp { who }),
        1 => any::<u8>().prop_map(Step::Sleep),
    ]
}

impl Step {
    /// The same step by somebody else.
    pub fn by(mut self, other: u8) -> Self {
        match &mut self {
            Self::Commit { who, .. }
            | Self::Again { who, .. }
            | Self::Edit { who, .. }
            | Self::Delete { who, .. }
            | Self::Revert { who, .. }
            | Self::Annotate { who, .. }
            | Self::Branch { who, .. }
            | Self::DeleteBranch { who, .. }
            | Self::RenameBranch { who, .. }
            | Self::Switch { who, .. }
            | Self::Reset { who, .. }
            | Self::Tag { who, .. }
            | Self::Note { who, .. }
            | Self::Type { who, .. }
            | Self::Regenerate { who, .. }
            | Self::Resend { who, .. }
            | Self::Select { who, .. }
            | Self::Undo { who }
            | Self::Redo { who }
            | Self::Batch { who, .. }
            | Self::Compact { who, .. }
            | Self::Compress { who, .. }
            | Self::Merge { who, .. }
            | Self::Erase { who, .. }
            | Self::Gc { who }
            | Self::CatchUp { who }
            | Self::Read { who, .. } => *who = other,
            Self::Sleep(_) => {}
        }
        self
    }
}
