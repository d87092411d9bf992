//! Days, one by one and slowly, give what the trends give.

use jiff::{SignedDuration, Timestamp};
use kite_core::trend::{self, Days, Stretch};
use kite_core::{IssueType, Severity};
use kite_testing::build::at;
use proptest::prelude::*;
use uuid::Uuid;

const DAY: i64 = 86_400;

/// A stretch in quarters of days, so that midnights occur; today begins at 0.
fn stretch() -> impl Strategy<Value = Stretch> {
    let times = (-40_i64..=3, proptest::option::of(0_i64..40));
    (times, proptest::sample::select(Severity::ALL), 0..3_u32, 0..3_u128).prop_map(
        |((start, lasts), severity, component, issue)| {
            let started = start * DAY / 4;
            Stretch {
                issue_id: Uuid::from_u128(issue),
                namespace: "team-a".to_owned(),
                application: "shop".to_owned(),
                component: format!("c{component}"),
                severity,
                issue_type: IssueType::Build,
                started_at: at(started),
                ended_at: lasts.map(|lasts| at((started + lasts * DAY / 4).min(DAY - 1).max(started))),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_day_is_what_looking_at_it_alone_gives(
        stretches in proptest::collection::vec(stretch(), 0..12),
        count in 1..12_u16,
    ) {
        let days = Days::until(at(DAY - 1), count);
        let (strip, daily) = (trend::strip(&stretches, days), trend::daily(&stretches, days));
        prop_assert_eq!((strip.len(), daily.len(), days.dates().len()), (count.into(), count.into(), count.into()));
        for (place, (health, told)) in (0..).zip(strip.iter().zip(&daily)) {
            let start = at((place + 1 - i64::from(count)) * DAY);
            let end = start + SignedDuration::from_secs(DAY);
            let touches = |one: &&Stretch| one.started_at < end && one.ended_at.is_none_or(|ended| ended >= start);
            let touching: Vec<_> = stretches.iter().filter(touches).collect();
            prop_assert_eq!(health.issues as usize, touching.len());
            prop_assert_eq!(health.worst, touching.iter().map(|one| one.severity).max());
            let within = |time: Timestamp| (start..end).contains(&time);
            let opened = stretches.iter().filter(|one| within(one.started_at)).count();
            let resolved = stretches.iter().filter(|one| one.ended_at.is_some_and(within)).count();
            let active = trend::active_at(&stretches, end - SignedDuration::from_nanos(1)).values().sum::<u64>();
            prop_assert_eq!((told.opened as usize, told.resolved as usize), (opened, resolved));
            prop_assert_eq!(u64::from(told.active_at_end), active);
        }
    }

    #[test]
    fn what_is_active_is_what_was_and_what_began_without_what_ended(
        stretches in proptest::collection::vec(stretch(), 0..12),
    ) {
        let daily = trend::daily(&stretches, Days::until(at(DAY - 1), 12));
        for pair in daily.windows(2) {
            let [before, day] = pair else { unreachable!("windows of two") };
            prop_assert_eq!(day.active_at_end + day.resolved, before.active_at_end + day.opened);
        }
    }

    #[test]
    fn groups_share_the_whole_without_loss(stretches in proptest::collection::vec(stretch(), 0..12)) {
        let days = Days::until(at(DAY - 1), 7);
        let whole = trend::active_time(&stretches, days);
        let parts = |groups: Vec<Vec<&Stretch>>| {
            groups.into_iter().map(|group| trend::active_time(group, days)).sum::<SignedDuration>()
        };
        prop_assert_eq!(parts(trend::by_component(&stretches).into_values().collect()), whole);
        prop_assert_eq!(parts(trend::by_issue(&stretches).into_values().collect()), whole);
    }
}
