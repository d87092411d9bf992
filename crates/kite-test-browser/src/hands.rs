//! What a person does with a page.

use serde_json::json;

use crate::{Browser, failure::BrowserError, keys, session::Element};

const PAGE: &str = include_str!("page.js");
const FIND: &str = "return find(...arguments);";
const FIND_OPTION: &str = "return optionOf(...arguments);";

impl Browser {
    /// Clicks the one visible link, button or box that has this name or text.
    #[track_caller]
    pub fn click(&self, name: &str) -> impl Future<Output = ()> {
        self.or_fail(format!("click `{name}`"), self.click_one(name, None))
    }

    /// Clicks the one of that name in the row, list item, form or section where `place` is to be read.
    #[track_caller]
    pub fn click_in(&self, place: &str, name: &str) -> impl Future<Output = ()> {
        self.or_fail(format!("click `{name}` at `{place}`"), self.click_one(name, Some(place)))
    }

    /// Replaces what is in the field with this label.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) -> impl Future<Output = ()> {
        let work = self.until(async move || {
            let field = self.find("fill", label, None).await?;
            self.session.post(&field.path("clear"), json!({})).await?;
            self.session.post(&field.path("value"), json!({"text": text})).await
        });
        self.or_fail(format!("fill `{label}`"), async { work.await.map(drop) })
    }

    /// Chooses an option of the list with this label.
    #[track_caller]
    pub fn choose(&self, label: &str, option: &str) -> impl Future<Output = ()> {
        let work = self.until(async move || {
            let list = self.find("choose", label, None).await?;
            let found =
                self.session.execute(&format!("{PAGE}{FIND_OPTION}"), json!([list.reference(), option])).await?;
            let Some(found) = Element::parse(&found) else {
                return Err(BrowserError::NotThere(format!("there is no option `{option}`")));
            };
            self.session.post(&found.path("click"), json!({})).await
        });
        self.or_fail(format!("choose `{option}` as `{label}`"), async { work.await.map(drop) })
    }

    /// Presses a key, such as `j` or `Enter`, or several together, such as `Shift+Tab`.
    #[track_caller]
    pub fn press(&self, keys: &str) -> impl Future<Output = ()> {
        let work = self.session.post("/actions", keys::press(keys));
        self.or_fail(format!("press `{keys}`"), async { work.await.map(drop) })
    }

    async fn click_one(&self, name: &str, place: Option<&str>) -> Result<(), BrowserError> {
        let clicked = self.until(async move || {
            let target = self.find("click", name, place).await?;
            self.session.post(&target.path("click"), json!({})).await
        });
        clicked.await.map(drop)
    }

    async fn find(&self, kind: &str, name: &str, place: Option<&str>) -> Result<Element, BrowserError> {
        let answer = self.session.execute(&format!("{PAGE}{FIND}"), json!([kind, name, place])).await?;
        let found: Vec<_> = answer.as_array().into_iter().flatten().filter_map(Element::parse).collect();
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(BrowserError::NotThere("nothing of that name is there".to_owned())),
            many => Err(BrowserError::NotThere(format!("{} of that name are there", many.len()))),
        }
    }
}
