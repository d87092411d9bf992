//! What it costs to find out who calls and what they may do, with a real API server.

use anyhow::{Context, Result};
use kite_test_cluster::Options;
use serde_json::Value;

use crate::{
    backend::{Backend, get, post, signed},
    bench::Bench,
    cluster::ApiServer,
    fill,
    load::{self, Answers, Call, Window},
    row::{Row, millis, rate},
    world::{Failure, Mix, NAMESPACES, WORKING_SET, namespace},
};

const CALLERS: u16 = 32;
/// An issue that nobody has.
const MISSING: &str = "01890000-0000-7000-8000-000000000000";

/// Two backends, one of which asks the API server, and those who call it.
struct Guarded {
    open: Backend,
    asking: Backend,
    tokens: Vec<String>,
    mixes: [Mix; 2],
    _server: ApiServer,
}

/// Measures the first calls, those after them, and what cannot be found.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut guarded = Guarded::prepare(bench)?;
    Ok(vec![guarded.cold()?, guarded.warm(bench)?, guarded.not_found(bench)?])
}

impl Guarded {
    fn prepare(bench: &Bench) -> Result<Self> {
        let (server, tokens) = server()?;
        let backend = |name: &str, start: &dyn Fn(&str) -> Result<Backend>| {
            let database = bench.postgres()?.create(name)?;
            fill::fill(&database.url(), WORKING_SET)?;
            database.vacuum()?;
            let backend = start(&database.url())?;
            database.checkpoint()?;
            anyhow::Ok(backend)
        };
        Ok(Self {
            open: backend("open", &Backend::start)?,
            asking: backend("guarded", &|url| Backend::start_guarded(url, &server.kubeconfig()))?,
            tokens,
            mixes: [(); 2].map(|()| Mix::new(WORKING_SET, WORKING_SET)),
            _server: server,
        })
    }

    /// Who may call for a namespace.
    fn token(&self, namespace: u64) -> &str {
        self.tokens.iter().cycle().nth(usize::try_from(namespace).unwrap_or_default()).map_or("", String::as_str)
    }

    /// Each caller's first list of each of its namespaces: nothing is remembered.
    fn cold(&self) -> Result<Row> {
        let lists = (0..NAMESPACES).map(|number| {
            signed(get(&format!("/api/v1/issues?limit=1&namespace={}", namespace(number))), self.token(number))
        });
        let answers = load::send_all(self.asking.address, CALLERS, lists.collect::<Vec<_>>())?;
        Ok(Row::shown(format!("{CALLERS} callers sign in, first list of each namespace"), figures(&answers)))
    }

    /// Posts of callers who are known, beside posts where nobody signs in.
    fn warm(&mut self, bench: &Bench) -> Result<Row> {
        let tokens = self.tokens.clone();
        let [open_mix, guarded_mix] = &mut self.mixes;
        let open = |window| send(&self.open, window, || webhook(open_mix.draw()));
        let guarded = |window| {
            send(&self.asking, window, || {
                let failure = guarded_mix.draw();
                let caller = usize::try_from(failure.component % NAMESPACES).unwrap_or_default() % tokens.len();
                signed(webhook(failure), tokens.get(caller).map_or("", String::as_str))
            })
        };
        let (open, guarded) = bench.take_turns(open, guarded)?;
        let (open, guarded) = (Answers::together(open)?, Answers::together(guarded)?);
        let ratio = guarded.per_second() / open.per_second();
        let row = Row::shown(format!("webhook posts, {CALLERS} callers who sign in"), figures(&guarded));
        Ok(row.beside(format!("nobody signs in: {}", rate(open.per_second())), ratio).must("≥ 0.9", ratio >= 0.9))
    }

    /// What the time of a 404 tells of an issue elsewhere: nothing.
    fn not_found(&self, bench: &Bench) -> Result<Row> {
        let list = signed(get("/api/v1/issues?namespace=team-1&limit=1"), self.token(1));
        let (_, body) = load::fetch(self.asking.address, list)?;
        let list: Value = serde_json::from_slice(&body)?;
        let elsewhere = list.pointer("/data/0/id").and_then(Value::as_str).context("find an issue")?;
        let ask = |id: &str, window| {
            let path = format!("/api/v1/issues/{id}");
            load::miss_for(self.asking.address, 1, window, || signed(get(&path), self.token(0)))
        };
        let (elsewhere, missing) = bench.take_turns(|window| ask(elsewhere, window), |window| ask(MISSING, window))?;
        let (elsewhere, missing) = (Answers::together(elsewhere)?, Answers::together(missing)?);
        let ratio = elsewhere.quantile(0.5).as_secs_f64() / missing.quantile(0.5).as_secs_f64();
        let row = Row::shown("404 for an issue in another namespace", figures(&elsewhere));
        Ok(row
            .beside(format!("for none: {}", figures(&missing)), ratio)
            .must("0.95 to 1.05", (0.95..1.05).contains(&ratio)))
    }
}

/// An API server with as many users as callers; they share the namespaces.
fn server() -> Result<(ApiServer, Vec<String>)> {
    let users: Vec<_> = (0..CALLERS).map(|number| format!("caller-{number}")).collect();
    let options = users.iter().fold(Options::default(), |options, user| options.with_user(user, &[]));
    let server = ApiServer::start_with(&options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        server.create_namespaces(usize::try_from(NAMESPACES)?).await?;
        for (number, user) in (0..NAMESPACES).zip(users.iter().cycle()) {
            server.grant(user, &namespace(number)).await?;
        }
        anyhow::Ok(())
    })?;
    let tokens = users.iter().map(|user| server.token_of(user)).collect::<Result<_>>()?;
    Ok((server, tokens))
}

fn send(backend: &Backend, window: Window, draw: impl FnMut() -> Call) -> Result<Answers> {
    load::send_for(backend.address, CALLERS, window, draw)
}

fn webhook(failure: Failure) -> Call {
    let path = format!("/api/v1/webhooks/pipeline-failure?namespace={}", namespace(failure.component));
    post(&path, failure.to_webhook())
}

fn figures(answers: &Answers) -> String {
    let (p50, p99) = (millis(answers.quantile(0.5)), millis(answers.quantile(0.99)));
    format!("{} (p50 {p50}, p99 {p99})", rate(answers.per_second()))
}
