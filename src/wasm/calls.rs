//! The calls of a handle by name: arguments are one JSON object, results plain JavaScript values.

use std::rc::Rc;

use crate::json::{Map, ToJson, Value, object, put, to_value};
use wasm_bindgen::prelude::JsValue;

use super::args::{from_json, to_arrays, to_js, to_js_exactly};
use super::host::Host;
use crate::error::{Error, Result};
use crate::fields::{At, Fields};
use crate::hash::CommitHash;
use crate::model::annotation::Priority;
use crate::model::object::Attached;
use crate::model::record::SentRecord;
use crate::model::types::TypeDefinition;
use crate::ops::{Existing, Input, Receipt, Unmerged};
use crate::repo::{
    Anonymous, Budget, CommitOptions, Compaction, CompressOptions, GcOptions, Guard, Handle, Past, Repository,
    SyncMessage,
};

/// How many rows a listing has where nothing else is asked for.
const ROWS: usize = 100;
/// How many entries a page of the transcript has.
const ENTRIES: usize = 50;

/// The calls that are about what is in view. All others may ask about the past.
const IN_VIEW: [&str; 13] = [
    "annotate",
    "compact",
    "compiledTokens",
    "delete",
    "edit",
    "note",
    "planCompress",
    "refresh",
    "sent",
    "setBudget",
    "status",
    "switchTo",
    "types",
];

/// What a call of this name may ask about: held as long as it lives.
///
/// # Errors
/// As [`Repository::past`].
pub async fn hold<'a>(repository: &'a Repository, name: &str) -> Result<Option<Past<'a>>> {
    if IN_VIEW.contains(&name) {
        return Ok(None);
    }
    Ok(Some(repository.past().await?))
}

/// Calls an operation or question, while the caller [holds][hold] what it may ask about. `files` are those of the payloads in it.
pub async fn call(
    host: &Rc<Host>,
    handle: &Rc<Handle>,
    name: &str,
    mut args: Fields<'_>,
    files: Vec<Attached>,
) -> Result<JsValue> {
    let value = match name {
        "edit" => {
            let (target, payload): (String, Value) = (args.get("id")?, args.required("payload")?);
            let options = CommitOptions { files, ..CommitOptions::read(args)? };
            return Ok(host.to_receipt(&handle.edit(&target, payload, &options).await?));
        }
        "reset" => {
            let target: String = args.get("target")?;
            handle.reset(&target, &CommitOptions::read(args)?).await?;
            return Ok(JsValue::UNDEFINED);
        }
        "renameBranch" => {
            let (from, to): (String, String) = (args.get("from")?, args.get("to")?);
            handle.rename_branch(&from, &to, &CommitOptions::read(args)?).await?;
            return Ok(JsValue::UNDEFINED);
        }
        "regenerate" | "selectSibling" | "resend" => {
            let target: String = args.get("id")?;
            let payload: Value = args.nullable("payload")?.unwrap_or_default();
            // The id of what is sent anew: `id` is what it stands for.
            let id: Option<String> = args.nullable("as")?;
            let options = CommitOptions { id, files, ..CommitOptions::read(args)? };
            let moving = match name {
                "regenerate" => handle.regenerate(target, &options),
                "selectSibling" => handle.select_sibling(target, &options),
                _ => handle.resend(target, payload, &options),
            };
            let found = moving.await?;
            let mut out = Map::new();
            put(&mut out, "branch", found.branch.as_deref().into());
            if let Some(receipt) = found.receipt.filter(|_| name == "resend") {
                put(&mut out, "id", receipt.id.as_deref().into());
                put(&mut out, "hash", receipt.hash.into());
                put(&mut out, "height", receipt.height.into());
                put(&mut out, "tokenCount", receipt.tokens.into());
            } else {
                put(&mut out, "replyTo", found.reply_to.as_deref().into());
                put(&mut out, "head", found.head.into());
            }
            Value::Object(out)
        }
        "sync" => {
            let messages = args.required("messages")?;
            let Value::Array(messages) = messages else { return Err(Error::invalid("messages must be an array")) };
            let messages = At::Root.each(messages, SyncMessage::read)?;
            let known: Option<CommitHash> = args.nullable("known")?;
            let known = known.zip(args.nullable("skipped")?);
            let options = CommitOptions { files, ..CommitOptions::read(args)? };
            let Some(synced) = handle.sync(&messages, known, &options).await? else {
                return Ok(JsValue::UNDEFINED);
            };
            let receipts =
                |all: &[Receipt]| all.iter().map(|receipt| host.to_receipt(receipt)).collect::<js_sys::Array>();
            let (appended, edited) = (receipts(&synced.appended), receipts(&synced.edited));
            let rest = object([("divergedAt", synced.diverged_at.into()), ("head", synced.head.into())]);
            return Ok(js_sys::Array::of3(&appended, &edited, &to_js(&rest)?).into());
        }
        "planCompress" => {
            return from_json(&handle.plan_compress(&CompressOptions::read(args)?).await?.to_json());
        }
        "compact" => {
            let runs = At::Root.each(args.get("runs")?, Compaction::read)?;
            let guard = args.read("guard", Guard::read)?;
            let done = handle.compact(runs, guard, &CommitOptions::read(args)?).await?;
            let receipts: js_sys::Array = done.receipts.iter().map(|receipt| host.to_receipt(receipt)).collect();
            return Ok(js_sys::Array::of2(&receipts, &done.operation.into()).into());
        }
        "switchTo" => {
            handle.switch_to(&args.get::<String>("name")?)?;
            return Ok(JsValue::UNDEFINED);
        }
        "setBudget" => {
            handle.set_budget(if args.is_empty() { None } else { Some(Budget::read(args)?) })?;
            return Ok(JsValue::UNDEFINED);
        }
        "refresh" => {
            handle.repository().catch_up().await?;
            return Ok(JsValue::UNDEFINED);
        }
        "sent" => {
            handle.sent(SentRecord::read_fields(args)?, &CommitOptions::default()).await?;
            return Ok(JsValue::UNDEFINED);
        }
        "undo" | "redo" => {
            let operation: Option<String> = args.nullable("operation")?;
            let options = CommitOptions::read(args)?;
            let (made, undid) = match name {
                "undo" => handle.undo(operation.as_deref(), &options).await?,
                _ => handle.redo(&options).await?,
            };
            object([("operation", made.into()), ("undid", undid.into())])
        }
        "history" => {
            let limit = args.nullable("limit")?.unwrap_or(ROWS);
            let from: Option<String> = args.nullable("from")?;
            let cursor: Option<String> = args.nullable("before")?;
            return to_js_exactly(&handle.history(cursor.or(from).as_deref(), limit)?);
        }
        "transcript" => {
            let (branch, before): (Option<String>, Option<String>) =
                (args.nullable("branch")?, args.nullable("before")?);
            let limit = args.nullable("limit")?.unwrap_or(ENTRIES);
            args.finish()?;
            return from_json(&handle.transcript(branch.as_deref(), before.as_deref(), limit).await?);
        }
        "children" => return to_js_exactly(&handle.children(&args.get::<String>("ref")?)?),
        "get" => return to_js_exactly(&handle.get(&args.get::<String>("ref")?).await?.unwrap_or(Value::Null)),
        "diff" => handle.diff(&args.get::<String>("from")?, &args.get::<String>("to")?).await?,
        "operations" => {
            let limit = args.nullable("limit")?.unwrap_or(ROWS);
            let operations = handle.repository().operations(limit, args.nullable("before")?).await?;
            operations.iter().map(|operation| to_value(operation)).collect()
        }
        "bytes" => {
            let hash = |text: &String| text.parse().map_err(Error::invalid);
            let hashes = args.strings("hashes")?.iter().map(hash).collect::<Result<Vec<_>>>()?;
            return Ok(to_arrays(&handle.repository().bytes(&hashes).await?));
        }
        "status" => handle.status().await?,
        "compiledTokens" => handle.compiled_tokens().await?.into(),
        "gc" => to_value(&handle.gc(&GcOptions::read(args)?).await?),
        "erase" => {
            let (hash, reason): (String, String) = (args.get("contentHash")?, args.get("reason")?);
            to_value(&handle.erase(&hash, &reason, &CommitOptions::read(args)?).await?)
        }
        "verify" => {
            let task: u32 = args.get("task")?;
            to_value(&handle.repository().verify(&|done, total| host.proceed(task, done, total)).await?)
        }
        "branches" => handle.branches(match args.nullable("anonymous")? {
            Some(true) => Anonymous::Show,
            _ => Anonymous::Hide,
        }),
        "tags" => handle.tags(),
        "annotations" => handle.annotations(&args.get::<String>("id")?)?,
        "notes" => return to_js_exactly(&handle.notes(&args.get::<String>("id")?)?),
        "types" => return to_js_exactly(&handle.content_types()),
        "resolve" => handle.resolve(&args.get::<String>("ref")?)?.into(),
        _ => {
            let (input, options) = input(&|reference| handle.resolve(reference), name, args)?
                .ok_or_else(|| Error::invalid(format!("there is no call {name}")))?;
            let done = handle.perform(input, &options).await?;
            let receipt = done.receipts.first().map(|receipt| host.to_receipt(receipt));
            return Ok(receipt.unwrap_or(JsValue::UNDEFINED));
        }
    };
    to_js(&value)
}

/// The operations that a handle and a batch have in common. `resolve` says which commit a reference
/// means to whoever is asked.
pub fn input(
    resolve: &dyn Fn(&str) -> Result<CommitHash>,
    name: &str,
    mut args: Fields<'_>,
) -> Result<Option<(Input, CommitOptions)>> {
    let input = match name {
        "delete" => {
            let target = args.get("id")?;
            let options = CommitOptions::read(args)?;
            return Ok(Some((Input::Delete { target, attributes: options.attributes() }, options)));
        }
        "revert" => {
            let target = args.get("target")?;
            let options = CommitOptions::read(args)?;
            return Ok(Some((Input::Revert { target, attributes: options.attributes() }, options)));
        }
        "annotate" => Input::Annotate {
            target: args.get("id")?,
            priority: args.one_of("priority", &Priority::NAMES)?,
            reason: args.nullable("reason")?,
        },
        "note" => Input::SetNote { target: args.get("id")?, name: args.get("name")?, value: args.nullable("value")? },
        "registerType" => {
            Input::RegisterType { name: args.get("name")?, definition: args.read("definition", TypeDefinition::read)? }
        }
        "createBranch" => {
            let from: Option<String> = args.nullable("from")?;
            Input::CreateBranch { name: args.get("name")?, at: resolve(from.as_deref().unwrap_or("HEAD"))? }
        }
        "deleteBranch" => {
            let unmerged = if flag(&mut args)? { Unmerged::Delete } else { Unmerged::Keep };
            Input::DeleteBranch { name: args.get("name")?, unmerged }
        }
        "tag" => {
            let existing = if flag(&mut args)? { Existing::Move } else { Existing::Keep };
            let at: Option<String> = args.nullable("at")?;
            Input::Tag { name: args.get("name")?, at: resolve(at.as_deref().unwrap_or("HEAD"))?, existing }
        }
        "untag" => Input::Untag { name: args.get("name")? },
        _ => return Ok(None),
    };
    Ok(Some((input, CommitOptions::read(args)?)))
}

fn flag(args: &mut Fields<'_>) -> Result<bool> {
    Ok(args.nullable("force")?.unwrap_or(false))
}
