//! What kind of browser a person has.

use serde_json::{Value, json};

/// What kind of browser a person has: light colours, motion and scripts, unless told otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    width: u32,
    height: u32,
    is_phone: bool,
    /// As CSS names it.
    colours: &'static str,
    /// As CSS names it.
    motion: &'static str,
    /// As CSS names it.
    forced_colours: &'static str,
    /// How many pixels of the screen one of the page takes.
    zoom: u32,
    has_scripts: bool,
}

impl Options {
    /// A window of 1280 × 900.
    pub const fn desktop() -> Self {
        Self {
            width: 1280,
            height: 900,
            is_phone: false,
            colours: "light",
            motion: "no-preference",
            forced_colours: "none",
            zoom: 1,
            has_scripts: true,
        }
    }

    /// A phone of 375 × 812.
    pub const fn phone() -> Self {
        Self { width: 375, height: 812, is_phone: true, ..Self::desktop() }
    }

    /// The person prefers dark colours.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self { colours: "dark", ..self }
    }

    /// The person prefers that nothing moves.
    #[must_use]
    pub const fn with_reduced_motion(self) -> Self {
        Self { motion: "reduce", ..self }
    }

    /// The person has few colours of their own instead of the page's (high contrast).
    #[must_use]
    pub const fn with_forced_colours(self) -> Self {
        Self { forced_colours: "active", ..self }
    }

    /// The person sees everything at 200 %: the window has room for half as much each way.
    #[must_use]
    pub const fn zoomed(self) -> Self {
        Self { width: self.width / 2, height: self.height / 2, zoom: 2, ..self }
    }

    /// The person has switched scripts off.
    #[must_use]
    pub const fn without_scripts(self) -> Self {
        Self { has_scripts: false, ..self }
    }

    /// The methods of the `DevTools` protocol that set the browser up, with their parameters.
    pub(crate) fn commands(&self) -> Vec<(&'static str, Value)> {
        let metrics = json!({"width": self.width, "height": self.height, "deviceScaleFactor": self.zoom, "mobile": self.is_phone});
        let features = json!([
            {"name": "prefers-color-scheme", "value": self.colours},
            {"name": "prefers-reduced-motion", "value": self.motion},
            {"name": "forced-colors", "value": self.forced_colours},
        ]);
        vec![
            ("Emulation.setDeviceMetricsOverride", metrics),
            // A page has the same width whether it scrolls or not, as on phones.
            ("Emulation.setScrollbarsHidden", json!({"hidden": true})),
            ("Emulation.setTouchEmulationEnabled", json!({"enabled": self.is_phone})),
            ("Emulation.setEmulatedMedia", json!({"features": features})),
            ("Emulation.setScriptExecutionDisabled", json!({"value": !self.has_scripts})),
        ]
    }
}
