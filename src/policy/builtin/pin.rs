//! `auto-pin`: rules choose what stays, whatever is compressed.

use super::common;
use crate::collections::occurs;
use crate::error::Result;
use crate::fields::{At, Fields};
use crate::json::{Value, object};
use crate::model::annotation::Priority;
use crate::model::content::Role;
use crate::policy::{Action, Definition, Evaluation, Matches, Mode, Policy, View};
use crate::state::State;
use crate::state::lineage::{Slot, Status};

pub const NAME: &str = "auto-pin";

/// What is pinned where no rule says otherwise.
const DEFAULTS: [&str; 2] = ["instruction", "session"];

/// Gives entries the priority of the first rule that fits. What somebody chose by hand stays.
pub struct AutoPin {
    definition: Definition,
    rules: Vec<Rule>,
}

/// All members that are given must fit.
struct Rule {
    content_type: Option<String>,
    role: Option<Role>,
    text: Option<String>,
    /// A regular expression of JavaScript, and its flags.
    pattern: Option<(String, String)>,
    priority: Priority,
}

const PRIORITIES: [(&str, Priority); 3] =
    [("pinned", Priority::Pinned), ("normal", Priority::Normal), ("skip", Priority::Skip)];

const ROLES: [(&str, Role); 5] = [
    ("system", Role::System),
    ("developer", Role::Developer),
    ("user", Role::User),
    ("assistant", Role::Assistant),
    ("tool", Role::Tool),
];

impl Rule {
    fn read(value: Value, at: At<'_>) -> Result<Self> {
        let mut fields = Fields::of(value, at, &"a rule")?;
        let rule = Self {
            content_type: fields.nullable("contentType")?,
            role: fields.choice("role", &ROLES)?,
            text: fields.nullable("text")?,
            pattern: fields.nullable("pattern")?.zip(Some(fields.nullable("flags")?.unwrap_or_default())),
            priority: fields.choice("priority", &PRIORITIES)?.unwrap_or(Priority::Pinned),
        };
        fields.finish()?;
        if rule.content_type.is_none() && rule.role.is_none() && !rule.reads() {
            return Err(
                at.wrong("a rule needs contentType, role, text or pattern: without them it would fit everything")
            );
        }
        Ok(rule)
    }

    fn reads(&self) -> bool {
        self.text.is_some() || self.pattern.is_some()
    }

    /// Whether it fits, as far as can be said without the text.
    fn may_fit(&self, content_type: &str, role: Role) -> bool {
        self.content_type.as_deref().is_none_or(|wanted| wanted == content_type)
            && self.role.is_none_or(|wanted| wanted == role)
    }

    fn fits(&self, view: &View<'_>, slot: &Slot) -> Result<bool> {
        let row = view.state.contents(slot.content);
        if !self.may_fit(&row.content_type, view.state.role_of(row)) {
            return Ok(false);
        }
        if !self.reads() {
            return Ok(true);
        }
        let Some(text) = (view.text)(slot.content) else { return Ok(false) };
        if self.text.as_ref().is_some_and(|part| !occurs(part, &text)) {
            return Ok(false);
        }
        self.pattern.as_ref().map_or(Ok(true), |(pattern, flags)| (view.matches)(pattern, flags, &text))
    }
}

/// Who chose the priority that an entry has.
#[derive(PartialEq)]
enum Chosen {
    Nobody,
    ByThis,
    ByHand,
}

fn chosen(state: &State<'_>, slot: &Slot) -> Chosen {
    let Some(latest) = state.latest_annotation(slot.entry).map(|ix| &state.annotations(ix).annotation) else {
        return Chosen::Nobody;
    };
    match &latest.author {
        Some(author) if author.kind == "policy" && author.name.as_deref() == Some(NAME) => Chosen::ByThis,
        _ if latest.priority == Priority::Unset => Chosen::Nobody,
        _ => Chosen::ByHand,
    }
}

impl AutoPin {
    /// `rules`: `[{ contentType?, role?, text?, pattern?, flags?, priority? }]`.
    pub fn read(definition: Definition, at: At<'_>) -> Result<Self> {
        let mut fields = definition.own(at)?;
        let rules: Option<Vec<Value>> = fields.nullable("rules")?;
        let rules = fields.at("rules").each(rules.unwrap_or_default(), Rule::read)?;
        fields.finish()?;
        Ok(Self { definition, rules })
    }

    /// What an entry should be; none: what its type says.
    fn wanted(&self, view: &View<'_>, slot: &Slot) -> Result<Option<Priority>> {
        for rule in &self.rules {
            if rule.fits(view, slot)? {
                return Ok(Some(rule.priority));
            }
        }
        let is_default = DEFAULTS.contains(&&*view.state.contents(slot.content).content_type);
        Ok(is_default.then_some(Priority::Pinned))
    }
}

impl Policy for AutoPin {
    common!(NAME, Commit);

    fn default_mode(&self) -> Mode {
        Mode::Autonomous
    }

    fn check(&self, matches: Matches<'_>) -> Result<()> {
        let own = At::Member(&At::Root, NAME);
        let rules = At::Member(&own, "rules");
        for (place, rule) in self.rules.iter().enumerate() {
            if let Some((pattern, flags)) = &rule.pattern {
                let rule = At::Item(&rules, place);
                matches(pattern, flags, "").map_err(|error| At::Member(&rule, "pattern").wrong(error.to_string()))?;
            }
        }
        Ok(())
    }

    fn reads(&self, view: &View<'_>) -> Vec<Slot> {
        let asks = |slot: &&Slot| {
            let row = view.state.contents(slot.content);
            let role = view.state.role_of(row);
            self.rules.iter().any(|rule| rule.reads() && rule.may_fit(&row.content_type, role))
        };
        view.fresh.iter().filter(asks).copied().collect()
    }

    fn evaluate(&self, view: &View<'_>) -> Result<Evaluation> {
        let mut entries = Vec::new();
        for slot in view.fresh.iter().filter(|slot| slot.status == Status::Live) {
            let chosen = chosen(view.state, slot);
            if chosen == Chosen::ByHand {
                continue;
            }
            let row = view.state.contents(slot.content);
            let wanted = self.wanted(view, slot)?;
            let now = view.state.priority_of(slot.entry, row);
            let target = match wanted {
                Some(wanted) if wanted != now => wanted,
                None if chosen == Chosen::ByThis => Priority::Unset,
                _ => continue,
            };
            let id = Value::from(&*view.state.entries(slot.entry).id);
            entries.push(object([("id", id), ("priority", target.name().into())]));
        }
        let measured = object([("entries", view.fresh.len().into()), ("chosen", entries.len().into())]);
        let action = (!entries.is_empty()).then(|| Action::annotate(entries, "chosen by a rule"));
        Ok(Evaluation { action, measured })
    }
}
