//! Charts, drawn on the server; a table says the same.

use jiff::civil;

const HEIGHT: u64 = 120;
const DAY_WIDTH: u64 = 20;
const BAR_WIDTH: u64 = 8;

/// What happened on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daily {
    /// Which (UTC).
    pub date: civil::Date,
    /// Issues that began.
    pub opened: u64,
    /// Issues that ended.
    pub resolved: u64,
    /// Issues that were active at its end.
    pub active: u64,
}

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// How it looks.
    pub class: &'static str,
    /// Its left edge.
    pub x: u64,
    /// Its upper edge.
    pub y: u64,
    /// Its height.
    pub height: u64,
    /// What it says.
    pub title: String,
}

/// Two bars for each day.
#[derive(Clone, Debug)]
pub struct Bars {
    /// The bars.
    pub bars: Vec<Bar>,
    /// Width of the picture.
    pub width: u64,
    /// Height of the picture.
    pub height: u64,
    /// What its upper edge stands for.
    pub most: u64,
}

impl Bars {
    /// Draws the days, oldest first.
    pub fn draw(days: &[Daily]) -> Self {
        let most = days.iter().map(|day| day.opened.max(day.resolved)).max().unwrap_or(0).max(1);
        let bars = (0_u64..).zip(days).flat_map(|(index, day)| {
            let bar = |class, what, offset: u64, count: u64| {
                let height = count * HEIGHT / most;
                let title = format!("{}: {count} {what}", day.date);
                Bar { class, x: index * DAY_WIDTH + offset, y: HEIGHT - height, height, title }
            };
            [
                bar("kite-bar-opened", "opened", 1, day.opened),
                bar("kite-bar-resolved", "resolved", 1 + BAR_WIDTH, day.resolved),
            ]
        });
        Self { bars: bars.collect(), width: days.len() as u64 * DAY_WIDTH, height: HEIGHT, most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_reaches_the_upper_edge_and_none_is_higher() {
        let day = |number, opened, resolved| Daily { date: civil::date(2026, 3, number), opened, resolved, active: 0 };
        let chart = Bars::draw(&[day(1, 4, 0), day(2, 1, 2)]);
        assert_eq!((chart.most, chart.bars.len()), (4, 4));
        assert_eq!((chart.bars[0].y, chart.bars[0].height), (0, HEIGHT));
        assert_eq!(chart.bars[3].height, HEIGHT / 2);
        assert!(chart.bars.iter().all(|bar| bar.x + BAR_WIDTH <= chart.width));
        assert_eq!(Bars::draw(&[day(1, 0, 0)]).bars[0].height, 0, "nothing happened");
    }
}
