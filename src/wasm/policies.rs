//! The calls of a handle that are about policies and proposals, by name.

use wasm_bindgen::prelude::JsValue;

use super::args::to_js_exactly;
use crate::error::Result;
use crate::fields::Fields;
use crate::json::{Value, object, parse, to_value};
use crate::policy::{Action, Mode, Steps, Trigger};
use crate::repo::{CommitOptions, Fired, Guard, Handle, NewProposal};
use crate::store::logs::LogQuery;

/// How many rows a page has where nothing else is asked for.
const ROWS: usize = 100;

/// What it asks of the log.
fn query(fields: &mut Fields<'_>) -> Result<LogQuery> {
    let filter: Option<crate::json::Map> = fields.nullable("where")?;
    Ok(LogQuery {
        since: fields.nullable("since")?,
        until: fields.nullable("until")?,
        filter: filter.iter().flatten().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        limit: fields.nullable("limit")?.unwrap_or(ROWS),
        reverse: fields.nullable("reverse")?.unwrap_or(true),
        cursor: fields.nullable("cursor")?,
    })
}

fn proposal(args: &mut Fields<'_>) -> Result<NewProposal> {
    Ok(NewProposal {
        policy: args.nullable("policy")?,
        body: args.get("body")?,
        entries: args.optional_strings("entries")?,
        branches: args.optional_strings("branches")?,
        objects: Vec::new(),
        expires_at: args.nullable("expiresAt")?,
    })
}

fn told(fired: &[Fired]) -> Value {
    fired.iter().map(|fired| to_value(fired)).collect()
}

/// Calls an operation or question of this kind; None: it is of another.
pub async fn call(handle: &Handle, name: &str, args: &mut Fields<'_>) -> Result<Option<JsValue>> {
    let plain = CommitOptions::default();
    let value = match name {
        "evaluate" => {
            let only: Option<String> = args.nullable("policy")?;
            told(&handle.evaluate(args.one_of("trigger", &Trigger::NAMES)?, only.as_deref()).await?)
        }
        "scan" => told(&handle.scan(&args.get::<String>("policy")?).await?),
        "policies" => handle.policies()?,
        "setPolicies" => {
            handle.set_policies(args.get("definitions")?, &plain).await?;
            Value::Null
        }
        "setPolicyMode" => {
            handle.set_policy_mode(args.choice("mode", &Mode::NAMES)?, &plain).await?;
            Value::Null
        }
        "setPolicyConfig" => {
            handle.set_policy_config(args.take("config").filter(|value| !value.is_null()), &plain).await?;
            Value::Null
        }
        "pausePolicies" => {
            handle.pause_policies(args.nullable::<String>("reason")?.as_deref(), &plain).await?;
            Value::Null
        }
        "propose" => {
            let new = proposal(args)?;
            handle.propose(new).await?.into()
        }
        "proposal" => handle.proposal(&args.get::<String>("id")?).await?.unwrap_or_default(),
        "proposals" => {
            let (states, before): (_, Option<String>) = (args.optional_strings("states")?, args.nullable("before")?);
            let limit = args.nullable("limit")?.unwrap_or(ROWS);
            handle.proposals(&states, before.as_deref(), limit).as_slice().into()
        }
        "holds" => handle.holds(&args.get::<String>("id")?).await?.into(),
        "settle" => {
            let (id, to): (String, String) = (args.get("id")?, args.get("to")?);
            let shown: Option<String> = args.nullable("shown")?;
            let edited = args.has("body").then(|| proposal(args)).transpose()?;
            let more = args.nullable("more")?.unwrap_or_default();
            handle.settle(&id, shown.as_deref(), &to, more, edited).await?;
            Value::Null
        }
        "act" => {
            let action = args.take("action").map(Action);
            let guard = args.must("guard", Guard::read)?;
            let steps = |action: &Action| handle.repository().read(|state| action.steps(state));
            let work = match action.as_ref().map(steps).transpose()? {
                Some(Steps::Inputs(inputs)) => inputs,
                Some(Steps::Elsewhere) | None => Vec::new(),
            };
            handle.act("policy", guard, work).await?.operation.as_deref().into()
        }
        "logEvaluation" => {
            handle.log_evaluation(args.get("row")?);
            Value::Null
        }
        "flushLog" => {
            handle.flush_log().await?;
            Value::Null
        }
        "evaluations" => {
            let page = handle.evaluations(&query(args)?).await?;
            let row = |(at, fields): &(i64, std::rc::Rc<str>)| {
                let mut row = parse(fields).unwrap_or_default();
                if let Value::Object(row) = &mut row {
                    row.insert("at", (*at).into());
                }
                row
            };
            object([("cursor", page.cursor.as_deref().into()), ("evaluations", page.rows.iter().map(row).collect())])
        }
        _ => return Ok(None),
    };
    Ok(Some(if value.is_null() { JsValue::NULL } else { to_js_exactly(&value)? }))
}
