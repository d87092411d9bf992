//! What was broken when: stretches of issues, looked at by day, by place and by issue.
//!
//! Days are those of UTC. A stretch is broken on the day on which it ends, too.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::issue::{IssueType, Severity};

const SECONDS_PER_DAY: i64 = 86_400;

/// One episode of one issue. Everything but the times is as the issue is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Names the issue.
    pub issue_id: Uuid,
    /// Tenant in which the issue is filed.
    pub namespace: String,
    /// The label `application`; empty without one.
    pub application: String,
    /// The label `component`; empty without one.
    pub component: String,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of work is broken.
    pub issue_type: IssueType,
    /// The first failure.
    pub started_at: Timestamp,
    /// The recovery; `None` while active.
    pub ended_at: Option<Timestamp>,
}

/// The last days up to a moment, of which the last one is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    now: Timestamp,
    count: u16,
}

/// How one day was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayHealth {
    /// The worst that was broken; `None` when nothing was.
    pub worst: Option<Severity>,
    /// Stretches that touch the day.
    pub issues: u32,
}

/// What happened on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Daily {
    /// Stretches that began.
    pub opened: u32,
    /// Stretches that ended.
    pub resolved: u32,
    /// Stretches that went on at the end of the day; now, for today.
    pub active_at_end: u32,
}

/// A component of an application in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place<'a> {
    /// Tenant in which the issues are filed.
    pub namespace: &'a str,
    /// The label `application`; empty without one.
    pub application: &'a str,
    /// The label `component`; empty without one, or where all components are meant.
    pub component: &'a str,
}

impl Stretch {
    /// Whether it went on at a moment.
    pub fn is_active_at(&self, time: Timestamp) -> bool {
        self.started_at <= time && self.ended_at.is_none_or(|ended_at| ended_at > time)
    }

    /// Its component.
    pub fn place(&self) -> Place<'_> {
        Place { namespace: &self.namespace, application: &self.application, component: &self.component }
    }
}

impl Days {
    /// So many days up to now; at least today.
    pub fn until(now: Timestamp, count: u16) -> Self {
        Self { now, count: count.max(1) }
    }

    /// When the first day begins.
    pub fn start(&self) -> Timestamp {
        let first = day_of(self.now) - i64::from(self.count) + 1;
        Timestamp::from_second(first * SECONDS_PER_DAY).unwrap_or(Timestamp::MIN)
    }

    /// The days, oldest first.
    pub fn dates(&self) -> Vec<Date> {
        let today = TimeZone::UTC.to_datetime(self.now).date();
        let back = (0..self.count).rev();
        back.map(|days| today.saturating_sub(SignedDuration::from_hours(24 * i64::from(days)))).collect()
    }

    /// The place of a moment among the days: negative before them, beyond the last after them.
    fn place_of(&self, time: Timestamp) -> i64 {
        day_of(time) - day_of(self.now) + i64::from(self.count) - 1
    }

    /// The days that a stretch touches.
    fn touched(&self, stretch: &Stretch) -> RangeInclusive<usize> {
        let last = self.place_of(stretch.ended_at.unwrap_or(self.now)).min(i64::from(self.count) - 1);
        let first = self.place_of(stretch.started_at).max(0);
        match (usize::try_from(first), usize::try_from(last)) {
            (Ok(first), Ok(last)) => first..=last,
            _ => RangeInclusive::new(1, 0),
        }
    }

    fn each<T: Clone + Default>(&self) -> Vec<T> {
        vec![T::default(); usize::from(self.count)]
    }
}

/// How each day was, oldest first.
pub fn strip<'a>(stretches: impl IntoIterator<Item = &'a Stretch>, days: Days) -> Vec<DayHealth> {
    let mut strip: Vec<DayHealth> = days.each();
    for stretch in stretches {
        for day in strip.get_mut(days.touched(stretch)).into_iter().flatten() {
            day.worst = day.worst.max(Some(stretch.severity));
            day.issues += 1;
        }
    }
    strip
}

/// What happened on each day, oldest first.
pub fn daily<'a>(stretches: impl IntoIterator<Item = &'a Stretch>, days: Days) -> Vec<Daily> {
    let mut daily: Vec<Daily> = days.each();
    for stretch in stretches {
        let touched = days.touched(stretch);
        let ends_on = stretch.ended_at.map(|ended_at| days.place_of(ended_at));
        for (place, day) in (0_i64..).zip(&mut daily).filter(|(place, _)| contains(&touched, *place)) {
            let ends = ends_on == Some(place);
            day.opened += u32::from(days.place_of(stretch.started_at) == place);
            day.resolved += u32::from(ends);
            day.active_at_end += u32::from(!ends);
        }
    }
    daily
}

/// What was active at a moment.
pub fn active_at<'a>(
    stretches: impl IntoIterator<Item = &'a Stretch>,
    time: Timestamp,
) -> BTreeMap<(Severity, IssueType), u64> {
    let mut counts = BTreeMap::new();
    for stretch in stretches.into_iter().filter(|stretch| stretch.is_active_at(time)) {
        *counts.entry((stretch.severity, stretch.issue_type)).or_default() += 1;
    }
    counts
}

/// How long the stretches lasted that ended within the days; `None` when none did.
pub fn mean_time_to_recovery<'a>(
    stretches: impl IntoIterator<Item = &'a Stretch>,
    days: Days,
) -> Option<SignedDuration> {
    let window = days.start()..=days.now;
    let ended = stretches.into_iter().filter_map(|stretch| Some((stretch.started_at, stretch.ended_at?)));
    let lasted = ended.filter(|(_, end)| window.contains(end)).map(|(start, end)| end.duration_since(start));
    let (count, sum) = lasted
        .fold((0_i32, SignedDuration::ZERO), |(count, sum), one| (count.saturating_add(1), sum.saturating_add(one)));
    sum.checked_div(count)
}

/// How long stretches were active within the days, all added up.
pub fn active_time<'a>(stretches: impl IntoIterator<Item = &'a Stretch>, days: Days) -> SignedDuration {
    let within = |stretch: &Stretch| {
        let end = stretch.ended_at.unwrap_or(days.now).min(days.now);
        end.duration_since(stretch.started_at.max(days.start())).max(SignedDuration::ZERO)
    };
    stretches.into_iter().map(within).fold(SignedDuration::ZERO, SignedDuration::saturating_add)
}

/// The stretches of each application, whose place has no component.
pub fn by_application<'a>(stretches: impl IntoIterator<Item = &'a Stretch>) -> BTreeMap<Place<'a>, Vec<&'a Stretch>> {
    grouped(stretches, |stretch| Place { component: "", ..stretch.place() })
}

/// The stretches of each component.
pub fn by_component<'a>(stretches: impl IntoIterator<Item = &'a Stretch>) -> BTreeMap<Place<'a>, Vec<&'a Stretch>> {
    grouped(stretches, Stretch::place)
}

/// The stretches of each issue.
pub fn by_issue<'a>(stretches: impl IntoIterator<Item = &'a Stretch>) -> BTreeMap<Uuid, Vec<&'a Stretch>> {
    grouped(stretches, |stretch| stretch.issue_id)
}

fn grouped<'a, K: Ord>(
    stretches: impl IntoIterator<Item = &'a Stretch>,
    key: impl Fn(&'a Stretch) -> K,
) -> BTreeMap<K, Vec<&'a Stretch>> {
    let mut groups: BTreeMap<K, Vec<&Stretch>> = BTreeMap::new();
    for stretch in stretches {
        groups.entry(key(stretch)).or_default().push(stretch);
    }
    groups
}

/// Days since 1970.
fn day_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(SECONDS_PER_DAY)
}

fn contains(touched: &RangeInclusive<usize>, place: i64) -> bool {
    usize::try_from(place).is_ok_and(|place| touched.contains(&place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        format!("2026-11-{text}Z").parse().unwrap()
    }

    fn stretch(severity: Severity, started_at: &str, ended_at: Option<&str>) -> Stretch {
        Stretch {
            issue_id: Uuid::nil(),
            namespace: "team-a".to_owned(),
            application: "shop".to_owned(),
            component: "cart".to_owned(),
            severity,
            issue_type: IssueType::Build,
            started_at: time(started_at),
            ended_at: ended_at.map(time),
        }
    }

    fn days() -> Days {
        Days::until(time("24T12:00:00"), 4)
    }

    #[test]
    fn the_last_day_is_today_and_days_begin_at_midnight_in_utc() {
        assert_eq!(days().start(), time("21T00:00:00"));
        let dates: Vec<_> = days().dates().iter().map(ToString::to_string).collect();
        assert_eq!(dates, ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"]);
        assert_eq!(Days::until(time("24T12:00:00"), 0).dates().len(), 1);
    }

    #[test]
    fn a_stretch_colours_the_days_that_it_touches() {
        let cases: [(&str, Option<&str>, [u32; 4]); 8] = [
            ("22T10:00:00", Some("23T01:00:00"), [0, 1, 1, 0]),
            ("22T10:00:00", Some("22T10:00:00"), [0, 1, 0, 0]),
            ("01T00:00:00", Some("21T00:00:00"), [1, 0, 0, 0]),
            ("01T00:00:00", Some("20T23:59:59"), [0, 0, 0, 0]),
            ("01T00:00:00", None, [1, 1, 1, 1]),
            ("24T00:00:00", None, [0, 0, 0, 1]),
            ("23T23:59:59", Some("24T00:00:00"), [0, 0, 1, 1]),
            ("29T00:00:00", None, [0, 0, 0, 0]),
        ];
        for (started_at, ended_at, expected) in cases {
            let strip = strip(&[stretch(Severity::Major, started_at, ended_at)], days());
            let issues: Vec<_> = strip.iter().map(|day| day.issues).collect();
            assert_eq!(issues, expected, "{started_at} {ended_at:?}");
            assert!(strip.iter().all(|day| day.worst.is_some() == (day.issues > 0)));
        }
    }

    #[test]
    fn a_day_is_as_bad_as_the_worst_that_touches_it() {
        let stretches = [
            stretch(Severity::Minor, "21T00:00:00", None),
            stretch(Severity::Critical, "22T00:00:00", Some("22T01:00:00")),
        ];
        let worst: Vec<_> = strip(&stretches, days()).iter().map(|day| day.worst).collect();
        assert_eq!(worst, [Severity::Minor, Severity::Critical, Severity::Minor, Severity::Minor].map(Some));
    }

    #[test]
    fn what_began_and_ended_is_counted_on_its_day() {
        let stretches = [
            stretch(Severity::Major, "01T00:00:00", Some("22T10:00:00")),
            stretch(Severity::Major, "22T00:00:00", None),
            stretch(Severity::Major, "23T00:00:00", Some("23T01:00:00")),
        ];
        let told: Vec<_> =
            daily(&stretches, days()).iter().map(|day| (day.opened, day.resolved, day.active_at_end)).collect();
        assert_eq!(told, [(0, 0, 1), (1, 1, 1), (1, 1, 1), (0, 0, 1)]);
    }

    #[test]
    fn recovery_is_measured_over_what_ended_within_the_days() {
        let stretches = [
            stretch(Severity::Major, "20T22:00:00", Some("21T00:00:00")),
            stretch(Severity::Major, "22T00:00:00", Some("22T04:00:00")),
            stretch(Severity::Major, "01T00:00:00", Some("20T00:00:00")),
            stretch(Severity::Major, "22T00:00:00", None),
        ];
        assert_eq!(mean_time_to_recovery(&stretches, days()), Some(SignedDuration::from_hours(3)));
        assert_eq!(mean_time_to_recovery(&stretches[2..], days()), None);
        assert_eq!(active_time(&stretches, days()), SignedDuration::from_hours(4 + 60));
    }

    #[test]
    fn groups_hold_what_belongs_together() {
        let elsewhere = Stretch { component: "till".to_owned(), ..stretch(Severity::Info, "22T00:00:00", None) };
        let stretches = [stretch(Severity::Major, "22T00:00:00", None), elsewhere];
        assert_eq!(by_application(&stretches).values().map(Vec::len).collect::<Vec<_>>(), [2]);
        let components = by_component(&stretches);
        assert_eq!(components.keys().map(|place| place.component).collect::<Vec<_>>(), ["cart", "till"]);
        assert_eq!(active_at(&stretches, time("22T00:00:00")).values().sum::<u64>(), 2);
    }
}
