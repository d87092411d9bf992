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
    has_scripts: bool,
}

impl Options {
    /// A window of 1280 × 900.
    pub const fn desktop() -> Self {
        let (colours, motion) = ("light", "no-preference");
        Self { width: 1280, height: 900, is_phone: false, colours, motion, has_scripts: true }
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

    /// The person has switched scripts off.
    #[must_use]
    pub const fn without_scripts(self) -> Self {
        Self { has_scripts: false, ..self }
    }

    /// The methods of the `DevTools` protocol that set the browser up, with their parameters.
    pub(crate) fn commands(&self) -> Vec<(&'static str, Value)> {
        let metrics =
            json!({"width": self.width, "height": self.height, "deviceScaleFactor": 1, "mobile": self.is_phone});
        let features = json!([
            {"name": "prefers-color-scheme", "value": self.colours},
            {"name": "prefers-reduced-motion", "value": self.motion},
        ]);
        vec![
            ("Emulation.setDeviceMetricsOverride", metrics),
            ("Emulation.setTouchEmulationEnabled", json!({"enabled": self.is_phone})),
            ("Emulation.setEmulatedMedia", json!({"features": features})),
            ("Emulation.setScriptExecutionDisabled", json!({"value": !self.has_scripts})),
        ]
    }
}
