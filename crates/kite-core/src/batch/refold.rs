//! Step 3: identities whose past changed are folded again from the stored reports.

use std::collections::HashMap;

use super::apply::At;
use super::tell::Telling;
use super::{Batch, Kind, Past, Pending, ReportKey, Rewrite, Said, StoredReport};
use crate::change::{Reason, Standing};
use crate::fold::{Event, fold, resume, view};
use crate::issue::{Identity, View};
use crate::ledger::{Ledger, Run};
use crate::report::{Action, Content, Edit, Entry};

/// An identity that shows a stored text; see [`Batch::refold`].
#[derive(Debug)]
pub struct Reread {
    /// The report whose content is needed.
    pub key: ReportKey,
    identity: Identity,
    edits: Vec<Edit>,
    told: (usize, usize, Standing),
}

impl Batch {
    /// The identities whose past must be read, and from where on.
    pub fn rewrites(&self) -> Vec<Rewrite> {
        let pending = |slot: &super::Slot| slot.rewrite.as_ref().map(|pending| pending.from.clone());
        self.slots
            .iter()
            .filter_map(|(identity, slot)| pending(slot).map(|from| Rewrite { identity: identity.clone(), from }))
            .collect()
    }

    /// Folds each past again. Returns the reports whose contents must be read and given to
    /// [`Self::reread`], because the text shown now is an old one.
    pub fn refold(&mut self, pasts: Vec<Past>) -> Vec<Reread> {
        pasts.into_iter().filter_map(|past| self.refold_one(past)).collect()
    }

    /// Shows the stored contents that [`Self::refold`] asked for.
    pub fn reread(&mut self, needed: Vec<Reread>, contents: &HashMap<ReportKey, Content>) {
        for Reread { key, identity, edits, told } in needed {
            let shown = contents.get(&key).map(|content| view(identity.issue_type, content.clone(), &edits));
            self.settle_rewrite(&identity, shown, told);
        }
    }

    fn refold_one(&mut self, past: Past) -> Option<Reread> {
        let Past { identity, checkpoint, reports } = past;
        let mut events: HashMap<ReportKey, Event> =
            reports.into_iter().map(|report| (report.key.clone(), report.into_event())).collect();
        let mine =
            self.reports.values().map(|filed| &filed.report).filter(|report| report.key.target.covers(&identity));
        events.extend(mine.map(|report| (report.key.clone(), report.clone().into_event())));

        let slot = self.slots.get_mut(&identity)?;
        let Pending { submission, entry, before, .. } = slot.rewrite.take()?;
        let replace_from = checkpoint.as_ref().map_or(1, |episode| episode.number + 1);
        let start = checkpoint.map_or_else(Ledger::default, |episode| resume(&slot.record.ledger, episode));
        let folded = fold(start, events.into_values().collect());
        slot.record.ledger = folded.ledger;
        slot.ended = folded.ended;
        slot.replace_from = Some(slot.replace_from.map_or(replace_from, |known| known.min(replace_from)));
        if !slot.record.ledger.exists() || slot.renew {
            slot.purge_if_shown();
        }
        let told = (submission, entry, before);
        let shown = folded.content.map(|content| view(identity.issue_type, *content, &folded.edits));
        match (slot.record.ledger.newest.as_ref(), shown) {
            (Some(newest), None) => {
                let key = ReportKey::of(&identity, &newest.run_id, Kind::Failing);
                Some(Reread { key, identity, edits: folded.edits, told })
            }
            (_, shown) => {
                self.settle_rewrite(&identity, shown, told);
                None
            }
        }
    }

    fn settle_rewrite(
        &mut self,
        identity: &Identity,
        shown: Option<View>,
        (submission, entry, before): (usize, usize, Standing),
    ) {
        if let (Some(slot), Some(view)) = (self.slots.get_mut(identity), shown) {
            slot.record.show(view);
        }
        let said = self.submissions.get(submission).and_then(|submission| submission.entries.get(entry)).cloned();
        let mut telling = match &said {
            Some(Entry::Person { by, action, .. }) => {
                Telling::of(&Said::Decided { by: by.clone(), action: action.clone() })
            }
            Some(Entry::Failing { run_id, .. } | Entry::Clear { run_id, .. }) => {
                Telling { run_id: Some(run_id), ..Telling::default() }
            }
            _ => Telling::default(),
        };
        if matches!(said, Some(Entry::Person { action: Action::Edit(_), .. })) {
            telling.reason = Some(Reason::EditedBy);
        }
        self.tell(At { submission, entry }, identity, &before, telling);
    }
}

impl super::Slot {
    fn purge_if_shown(&mut self) {
        let shown = self.stored.as_ref().filter(|stored| stored.ledger.exists()).map(|stored| stored.id);
        self.purged = self.purged.or(shown);
        self.replace_from = Some(1);
        self.record.view = None;
    }
}

impl StoredReport {
    /// What the report means for an identity that it covers.
    fn into_event(self) -> Event {
        let Self { key, position, said } = self;
        match said {
            Said::Failed(content) => Event::Failed(content.run(&key.run_id, position.at), Some(content)),
            Said::FailedAt { ended_at, expires_at } => {
                Event::Failed(Run { run_id: key.run_id, occurred_at: position.at, ended_at, expires_at }, None)
            }
            Said::Cleared(clear) => Event::Cleared(position, clear),
            Said::Swept { .. } => Event::Cleared(position, crate::report::Clear::Healthy),
            Said::Decided { by, action } => Event::Decided(position, by, action),
            Said::Ticked => Event::Ticked(position),
        }
    }
}
