//! The calls of a handle by name: arguments are one JSON object, results plain JavaScript values.

use std::rc::Rc;

use serde_json::{Value, json};
use wasm_bindgen::prelude::JsValue;

use super::args::{Args, to_js};
use super::host::Host;
use crate::error::{Error, Result};
use crate::hash::CommitHash;
use crate::model::annotation::Priority;
use crate::ops::{Existing, Input, Unmerged};
use crate::repo::{CommitOptions, Handle};

/// How many rows a listing has where nothing else is asked for.
const ROWS: usize = 100;

/// Calls an operation or question.
pub async fn call(host: &Rc<Host>, handle: &Rc<Handle>, name: &str, mut args: Args) -> Result<JsValue> {
    let value = match name {
        "edit" => {
            let (target, payload): (String, Value) = (args.take("id")?, args.take("payload")?);
            return Ok(host.to_receipt(&handle.edit(&target, payload, &args.options()?).await?));
        }
        "reset" => {
            let target: String = args.take("target")?;
            handle.reset(&target, &args.options()?).await?;
            return Ok(JsValue::UNDEFINED);
        }
        "renameBranch" => {
            let (from, to): (String, String) = (args.take("from")?, args.take("to")?);
            handle.rename_branch(&from, &to, &args.options()?).await?;
            return Ok(JsValue::UNDEFINED);
        }
        "switchTo" => {
            handle.switch_to(&args.take::<String>("name")?)?;
            return Ok(JsValue::UNDEFINED);
        }
        "setBudget" => {
            handle.set_budget(if args.is_empty() { None } else { Some(args.rest()?) })?;
            return Ok(JsValue::UNDEFINED);
        }
        "refresh" => {
            handle.repository().catch_up().await?;
            return Ok(JsValue::UNDEFINED);
        }
        "sent" => {
            handle.sent(args.rest()?, &CommitOptions::default()).await?;
            return Ok(JsValue::UNDEFINED);
        }
        "undo" | "redo" => {
            let operation: Option<String> = args.optional("operation")?;
            let options = args.options()?;
            let (made, undid) = match name {
                "undo" => handle.undo(operation.as_deref(), &options).await?,
                _ => handle.redo(&options).await?,
            };
            json!({ "operation": made, "undid": undid })
        }
        "history" => {
            let limit = args.optional("limit")?.unwrap_or(ROWS);
            let from: Option<String> = args.optional("from")?;
            let cursor: Option<String> = args.optional("before")?;
            handle.history(cursor.or(from).as_deref(), limit)?
        }
        "get" => handle.get(&args.take::<String>("ref")?).await?.unwrap_or(Value::Null),
        "diff" => handle.diff(&args.take::<String>("from")?, &args.take::<String>("to")?).await?,
        "operations" => {
            let limit = args.optional("limit")?.unwrap_or(ROWS);
            let operations = handle.repository().operations(limit, args.optional("before")?).await?;
            return to_js(&operations);
        }
        "status" => handle.status().await?,
        "branches" => handle.branches(),
        "tags" => handle.tags(),
        "annotations" => handle.annotations(&args.take::<String>("id")?)?,
        "notes" => handle.notes(&args.take::<String>("id")?)?,
        "types" => handle.content_types(),
        "resolve" => json!(handle.resolve(&args.take::<String>("ref")?)?),
        _ => {
            let (input, options) =
                input(handle, name, args)?.ok_or_else(|| Error::invalid(format!("there is no call {name}")))?;
            let done = handle.perform(input, &options).await?;
            let receipt = done.receipts.first().map(|receipt| host.to_receipt(receipt));
            return Ok(receipt.unwrap_or(JsValue::UNDEFINED));
        }
    };
    to_js(&value)
}

/// The operations that a handle and a batch have in common.
pub fn input(handle: &Handle, name: &str, mut args: Args) -> Result<Option<(Input, CommitOptions)>> {
    let input = match name {
        "delete" => {
            let target = args.take("id")?;
            let options = args.options()?;
            return Ok(Some((Input::Delete { target, attributes: options.attributes() }, options)));
        }
        "revert" => {
            let target = args.take("target")?;
            let options = args.options()?;
            return Ok(Some((Input::Revert { target, attributes: options.attributes() }, options)));
        }
        "annotate" => Input::Annotate {
            target: args.take("id")?,
            priority: args.take::<Priority>("priority")?,
            reason: args.optional("reason")?,
        },
        "note" => Input::SetNote { target: args.take("id")?, name: args.take("name")?, value: args.optional("value")? },
        "registerType" => Input::RegisterType { name: args.take("name")?, definition: args.optional("definition")? },
        "createBranch" => {
            let from: Option<String> = args.optional("from")?;
            Input::CreateBranch { name: args.take("name")?, at: commit(handle, from.as_deref())? }
        }
        "deleteBranch" => {
            let unmerged = if flag(&mut args)? { Unmerged::Delete } else { Unmerged::Keep };
            Input::DeleteBranch { name: args.take("name")?, unmerged }
        }
        "tag" => {
            let existing = if flag(&mut args)? { Existing::Move } else { Existing::Keep };
            let at: Option<String> = args.optional("at")?;
            Input::Tag { name: args.take("name")?, at: commit(handle, at.as_deref())?, existing }
        }
        "untag" => Input::Untag { name: args.take("name")? },
        _ => return Ok(None),
    };
    Ok(Some((input, args.options()?)))
}

fn flag(args: &mut Args) -> Result<bool> {
    Ok(args.optional("force")?.unwrap_or(false))
}

fn commit(handle: &Handle, reference: Option<&str>) -> Result<CommitHash> {
    handle.resolve(reference.unwrap_or("HEAD"))
}
