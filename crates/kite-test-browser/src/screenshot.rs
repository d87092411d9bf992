//! Pictures of pages, for people to look at.

use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{Browser, failure::BrowserError};

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

impl Browser {
    /// Writes a picture of the whole page to `target/screenshots/NAME.png`.
    #[track_caller]
    pub fn screenshot(&self, name: &str) -> impl Future<Output = PathBuf> {
        self.or_fail(format!("picture the page as `{name}`"), async move { self.picture(name).await })
    }

    /// Writes a picture that is named after the running test.
    pub(crate) async fn picture_failure(&self) -> Result<PathBuf, BrowserError> {
        let test = thread::current().name().unwrap_or_default().replace("::", "-");
        self.picture(&format!("failed-{test}")).await
    }

    async fn picture(&self, name: &str) -> Result<PathBuf, BrowserError> {
        let metrics = self.session.cdp("Page.getLayoutMetrics", &json!({})).await?;
        let mut area = metrics.get("cssContentSize").cloned().unwrap_or_default();
        if let Some(area) = area.as_object_mut() {
            area.insert("scale".to_owned(), json!(1));
        }
        let parameters = json!({"captureBeyondViewport": true, "clip": area});
        let answer = self.session.cdp("Page.captureScreenshot", &parameters).await?;
        let data = answer.get("data").and_then(Value::as_str).unwrap_or_default();
        let path = folder().join(format!("{name}.png"));
        write(&path, &STANDARD.decode(data).unwrap_or_default())
            .map_err(|source| BrowserError::File { path: path.clone(), source })?;
        Ok(path)
    }
}

fn folder() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Path::new(WORKSPACE).join(target).join("screenshots")
}

fn write(path: &Path, picture: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, picture)
}
