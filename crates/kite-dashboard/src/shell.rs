//! What is around every page.

use jiff::Timestamp;

use crate::query::Address;

/// The place in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Is anything blocking me?
    Overview,
    /// The list of issues, or one of them.
    Issues,
    /// What issues have in common.
    Causes,
    /// How it went.
    Trends,
    /// What runs here.
    About,
    /// Nowhere, such as signing in.
    Elsewhere,
}

/// The places that the navigation shows.
const PLACES: [(Place, &str, &str, &str); 5] = [
    (Place::Overview, "/", "Overview", "home"),
    (Place::Issues, "/issues", "Issues", "list"),
    (Place::Causes, "/causes", "Causes", "circle-nodes"),
    (Place::Trends, "/trends", "Trends", "chart-line"),
    (Place::About, "/about", "About", "info"),
];

/// What is around every page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// What the page is about.
    pub title: String,
    /// Where it is.
    pub place: Place,
    /// How it was asked for.
    pub address: Address,
    /// When it was made.
    pub now: Timestamp,
    /// Who reads it, where people sign in.
    pub user: Option<String>,
    /// Whether the person signed in here and not in a proxy.
    pub may_sign_out: bool,
    /// The namespaces that the person may see.
    pub namespaces: Vec<String>,
    /// The namespace that was chosen.
    pub namespace: Option<String>,
    /// Critical issues that are active, of those that the person may see there.
    pub critical: u64,
    /// What became of the last thing that the person did.
    pub notice: Option<String>,
}

/// An entry of the navigation.
#[derive(Debug)]
pub struct Entry {
    /// What it is called.
    pub name: &'static str,
    /// Its sign.
    pub icon: &'static str,
    /// Where it leads.
    pub address: Address,
    /// Whether the page is there.
    pub is_current: bool,
}

impl Shell {
    /// The navigation; the chosen namespace goes along.
    pub fn navigation(&self) -> Vec<Entry> {
        let entry = |(place, path, name, icon): (Place, &str, &'static str, &'static str)| Entry {
            name,
            icon,
            address: self.in_namespace(path),
            is_current: self.place == place,
        };
        PLACES.map(entry).into()
    }

    /// The address of a page, with the chosen namespace.
    pub fn in_namespace(&self, path: &str) -> Address {
        let address = Address::new(path);
        self.namespace.as_ref().map_or(address.clone(), |namespace| address.with("namespace", namespace))
    }

    /// The path to which the choice of a namespace leads: of one issue back to the list.
    pub fn path_of_choice(&self) -> &'static str {
        let place = PLACES.iter().find(|(place, ..)| *place == self.place);
        place.map_or("/", |(_, path, ..)| path)
    }

    /// Whether this is not the beginning of a list.
    pub fn is_later_page(&self) -> bool {
        self.address.one("cursor").is_some()
    }

    /// The beginning of a list.
    pub fn first_page(&self) -> Address {
        self.address.without("cursor")
    }

    /// What a new search keeps.
    pub fn other_filters(&self) -> Vec<(String, String)> {
        self.address.without("search").parameters().to_vec()
    }

    /// A list of everything.
    pub fn without_filters(&self) -> Address {
        self.in_namespace(self.path_of_choice())
    }

    /// The icon of the browser's tab.
    pub fn icon(&self) -> &'static str {
        if self.critical > 0 { crate::assets::FAVICON_CRITICAL } else { crate::assets::FAVICON }
    }
}
