//! A policy as a rule: asks its expressions of every subject.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::definition::{Condition, Policy};
use super::view::ResourceView;
use crate::cel::{CelError, Value, evaluate};
use crate::findings::Place;
use crate::project::ResourceId;
use crate::rules::{Context, Node, Rule};
use crate::words;

/// One run of a policy.
pub struct PolicyRule {
    policy: &'static Policy,
    /// Whether any resource was asked whether it meets `when`, and whether any does or may.
    asked: AtomicBool,
    met: AtomicBool,
    /// Resources of which it cannot be said whether they break the policy, because something is not known.
    undecided: AtomicUsize,
    /// Resources on which an expression has no value, each with the expression and the reason.
    failed: Mutex<Vec<(ResourceId, Failure)>>,
}

/// Why an expression has no value.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// The part of the expression that has none.
    pub part: String,
    pub error: CelError,
}

/// What a policy says of a resource.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    /// `when` is false: the policy is not about it.
    Elsewhere,
    Kept,
    Broken,
    /// It depends on something that is not known.
    Undecided,
    Failed(Failure),
}

impl Policy {
    /// What the policy says of a resource.
    pub(super) fn verdict(&self, resource: &Value<'_>) -> Verdict {
        let variables = [("resource", resource.clone())];
        let ask = |condition: &Condition| match evaluate(&condition.expression, &variables) {
            Ok(Value::Bool(answer)) => Ok(answer),
            Ok(Value::Unknown) => Err(Verdict::Undecided),
            Ok(_) => Err(Verdict::Failed(condition.without_answer())),
            Err(error) => Err(Verdict::Failed(condition.failed(error))),
        };
        let verdict = || {
            if let Some(when) = &self.when
                && !ask(when)?
            {
                return Ok(Verdict::Elsewhere);
            }
            Ok(if ask(&self.require)? { Verdict::Kept } else { Verdict::Broken })
        };
        verdict().unwrap_or_else(|verdict| verdict)
    }
}

impl Condition {
    fn failed(&self, error: CelError) -> Failure {
        let part = self.text.get(error.range.clone()).unwrap_or(&self.text).to_owned();
        Failure { part, error }
    }

    /// A value of `meta` may be the whole answer, and is then no bool.
    fn without_answer(&self) -> Failure {
        self.failed(CelError {
            range: self.expression.range.clone(),
            message: "it is neither true nor false".to_owned(),
            help: Some("compare it: `… == true` is false where it is not there".to_owned()),
        })
    }
}

impl PolicyRule {
    pub(super) fn new(policy: &'static Policy) -> Self {
        Self {
            policy,
            asked: AtomicBool::new(false),
            met: AtomicBool::new(false),
            undecided: AtomicUsize::new(0),
            failed: Mutex::new(Vec::new()),
        }
    }

    fn report(&self, node: Node<'_>, resource: &Value<'_>, cx: &mut Context<'_>) {
        let variables = [("resource", resource.clone())];
        let policy = self.policy;
        let message = policy.message.fill(&variables);
        let mut evidence = vec![format!("the policy requires `{}`", on_one_line(&policy.require.text))];
        evidence.extend(policy.when.as_ref().map(|when| format!("where `{}`", on_one_line(&when.text))));
        let finding = cx.report(node, policy.at.place(node.kind), message);
        if let Some(help) = &policy.help {
            finding.help(help.fill(&variables));
        }
        evidence.into_iter().for_each(|line| {
            finding.evidence(line);
        });
    }
}

/// Writes only the first time: all threads read it for each resource.
fn note(flag: &AtomicBool) {
    if !flag.load(Ordering::Relaxed) {
        flag.store(true, Ordering::Relaxed);
    }
}

impl Rule for PolicyRule {
    fn check(&self, node: Node<'_>, cx: &mut Context<'_>) {
        let scope = &self.policy.scope;
        let is_meant =
            scope.is_everything() || scope.includes(node.resource, cx.layer(node.id), || cx.ownership(node).name);
        if !is_meant || !cx.in_scope(node.id) {
            return;
        }
        let resource = ResourceView::value(cx.world(), node.id);
        note(&self.asked);
        let verdict = self.policy.verdict(&resource);
        if !matches!(verdict, Verdict::Elsewhere) {
            note(&self.met);
        }
        match verdict {
            Verdict::Elsewhere | Verdict::Kept => {}
            Verdict::Broken => self.report(node, &resource, cx),
            Verdict::Undecided => {
                self.undecided.fetch_add(1, Ordering::Relaxed);
            }
            Verdict::Failed(failure) => {
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).push((node.id, failure));
            }
        }
    }

    /// A policy that has no answer is neither kept nor broken. One finding says so, however many resources there are.
    fn finish(&self, cx: &mut Context<'_>) {
        let mut failed = std::mem::take(&mut *self.failed.lock().unwrap_or_else(PoisonError::into_inner));
        failed.sort_by_key(|(id, _)| *id);
        cx.at_once(&failed).for_each(|failed| self.report_failed(failed, cx));
    }

    /// A policy that is about nothing has run over everything and says nothing of it.
    fn idle(&self) -> Option<String> {
        let is_idle = self.asked.load(Ordering::Relaxed) && !self.met.load(Ordering::Relaxed);
        is_idle.then(|| "no resource meets `when`".to_owned())
    }

    fn undecided(&self) -> usize {
        self.undecided.load(Ordering::Relaxed)
    }
}

impl PolicyRule {
    fn report_failed(&self, failed: &[(ResourceId, Failure)], cx: &mut Context<'_>) {
        let Some(((first, failure), others)) = failed.split_first() else { return };
        let node = cx.node(*first);
        let message = format!(
            "policy `{}` has no answer for {} `{}`: {}",
            self.policy.name,
            node.kind.label(),
            node.label(),
            failure.error.message
        );
        let subjects = failed.iter().map(|(id, _)| cx.node(*id).unique_id.to_string()).collect::<Vec<_>>().into_iter();
        let evidence = format!("in `{}`", on_one_line(&failure.part));
        let also = others.iter().map(|(id, _)| cx.node(*id).label());
        let also = (!others.is_empty()).then(|| format!("nor for {}", words::listed(also)));
        let finding = cx.report(node, Place::Entry, message).part("answer");
        finding.stands_for(subjects.map(|subject| (subject, "answer")));
        finding.evidence(evidence);
        if let Some(also) = also {
            finding.evidence(also);
        }
        finding
            .help(failure.error.help.clone().unwrap_or_else(|| "change the policy, or the value it meets".to_owned()));
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
