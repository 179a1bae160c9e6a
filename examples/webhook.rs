//! A webhook that a payment provider may call twice, or at the same time, or not at all.
//!
//! `cargo run --example webhook` starts it in process with SQLite and prints a `curl` line to try. Every call with the same
//! event is answered with 200; the first one has the effect. What was never called, a job finds and publishes.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Json;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::Parser;
use event_examples::Database;
use event_runtime::Outbox;
use event_runtime::prelude::*;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS payments (payment_id TEXT NOT NULL, amount_cents INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS booked (payment_id TEXT NOT NULL);
";
/// The largest body that is read.
const LARGEST: usize = 64 * 1024;
/// The provider signs each body with a secret that it shares with us.
const SIGNATURE: &str = "x-signature";

/// A payment is on our account.
#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[event(name = "payment.settled", version = 1, owner = "payments")]
struct PaymentSettled {
    /// The provider's number of the payment.
    #[event(key)]
    payment_id: String,
    /// What came.
    amount_cents: i64,
}

/// What the provider sends.
#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    /// The provider's own id of this event: the same in every call about it.
    id: String,
    payment_id: String,
    amount_cents: i64,
}

impl Notice {
    /// One event of the provider is one event of ours, whichever way it comes.
    fn event_id(&self) -> EventId {
        EventId::derived("provider", &self.id)
    }

    fn event(&self) -> PaymentSettled {
        PaymentSettled {
            payment_id: self.payment_id.clone(),
            amount_cents: self.amount_cents,
        }
    }
}

/// Books a payment: downstream of the webhook, it sees each one once as well.
#[handler(idempotent)]
async fn book_payment(payment: PaymentSettled, tx: &mut Tx<'_, Sqlite>) -> Result<(), BoxError> {
    let query = sqlx::query("INSERT INTO booked (payment_id) VALUES (?)").bind(payment.payment_id);
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Stands for the provider's own interface: what it knows of the last days.
#[derive(Clone)]
struct Provider;

impl Provider {
    async fn settled(&self) -> Result<Vec<Notice>, BoxError> {
        // Its webhook was never called.
        Ok(vec![Notice {
            id: "evt_16".to_owned(),
            payment_id: "pay_16".to_owned(),
            amount_cents: 4200,
        }])
    }
}

/// Publishes the payments whose webhook was never called.
// The ids are those of the webhook: what it has published is not missing.
#[reconcile(every = "1h", timeout = "5m")]
async fn missing_payments(provider: State<Provider>, missing: Missing<PaymentSettled>) -> Result<(), BoxError> {
    for notice in provider.settled().await? {
        missing.publish(notice.event_id(), &notice.event()).await?;
    }
    Ok(())
}

/// What the endpoint needs.
struct Endpoint {
    secret: String,
    store: SqliteStore,
    outbox: Outbox,
}

type Answer = (StatusCode, String);

fn answer(status: StatusCode, text: impl Into<String>) -> Answer {
    let mut text = text.into();
    text.push('\n');
    (status, text)
}

async fn webhook(Extract(endpoint): Extract<Arc<Endpoint>>, headers: HeaderMap, body: Bytes) -> Answer {
    // Before anything is parsed: whoever does not know the secret reaches no other code.
    if let Err(why) = check(&endpoint.secret, &headers, &body) {
        return answer(StatusCode::UNAUTHORIZED, why);
    }
    let notice: Notice = match serde_json::from_slice(&body) {
        Ok(notice) => notice,
        Err(error) => return answer(StatusCode::BAD_REQUEST, format!("not a payment: {error}")),
    };
    match take(&endpoint, &notice).await {
        Ok(true) => answer(StatusCode::OK, "taken"),
        Ok(false) => answer(StatusCode::OK, "known already"),
        Err(error) => {
            tracing::error!(id = notice.id, error, "cannot take a payment");
            // The provider calls again.
            answer(StatusCode::SERVICE_UNAVAILABLE, "not now; try again")
        }
    }
}

/// The signature is compared in constant time, inside of `verify_slice`.
fn check(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), &'static str> {
    let given = headers.get(SIGNATURE).ok_or("the header x-signature is missing")?;
    let given = BASE64_STANDARD
        .decode(given)
        .map_err(|_| "the header x-signature is not base64")?;
    let signature = mac(secret, body).ok_or("the webhook has no secret")?;
    signature
        .verify_slice(&given)
        .map_err(|_| "the signature is not that of this body")
}

fn mac(secret: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    Some(mac)
}

/// Writes the payment down and publishes it, once: `false` when that has been done before.
async fn take(endpoint: &Endpoint, notice: &Notice) -> Result<bool, String> {
    let text = |error: sqlx::Error| error.to_string();
    let mut tx = endpoint
        .store
        .writer()
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(text)?;
    let (id, event) = (notice.event_id(), notice.event());
    let first = endpoint.outbox.publish_once(&mut tx, &id, &event).await;
    if !first.map_err(|error| error.to_string())? {
        return Ok(false);
    }
    sqlx::query("INSERT INTO payments (payment_id, amount_cents) VALUES (?, ?)")
        .bind(&notice.payment_id)
        .bind(notice.amount_cents)
        .execute(&mut *tx)
        .await
        .map_err(text)?;
    tx.commit().await.map_err(text)?;
    endpoint.outbox.wake();
    Ok(true)
}

/// What came of it all.
#[derive(Serialize)]
struct Effects {
    /// Rows that the webhook wrote.
    payments: i64,
    /// Rows that the handler wrote.
    booked: i64,
    /// Events that were published once, by the webhook and by the job.
    published: i64,
}

async fn effects(Extract(endpoint): Extract<Arc<Endpoint>>) -> Result<Json<Effects>, StatusCode> {
    const SQL: &str = "SELECT (SELECT count(*) FROM payments), (SELECT count(*) FROM booked), \
         (SELECT count(*) FROM event_inbox WHERE handler = 'payments:published')";
    let found = sqlx::query_as(SQL).fetch_one(endpoint.store.reader()).await;
    let (payments, booked, published) = found.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(Effects {
        payments,
        booked,
        published,
    }))
}

/// Takes the webhooks of a payment provider.
#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The file for the database [default: a new one, removed at the end].
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// What the provider signs with.
    #[arg(
        long,
        env = "WEBHOOK_SECRET",
        default_value = "for trying out",
        hide_env_values = true
    )]
    secret: String,
}

#[tokio::main]
async fn main() -> event_runtime::Result<()> {
    let arguments = Arguments::parse();
    let database = Database::open(arguments.db.as_deref(), TABLES).await?;
    let running = Service::new("payments")
        .state(Provider)
        .store(database.store.clone())
        .publishes::<PaymentSettled>()
        .handle::<book_payment>()
        .reconcile::<missing_payments>()
        .start()
        .await?;
    running.ready().await;
    let endpoint = Endpoint {
        secret: arguments.secret,
        store: database.store.clone(),
        outbox: running.outbox().clone(),
    };
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    say(&try_it(&endpoint.secret, listener.local_addr()?));
    let router = Router::new()
        .route("/webhook", post(webhook))
        .route("/effects", get(effects))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Arc::new(endpoint));
    let stop = async {
        // An error means that nobody can ask.
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    running.shutdown().await;
    Ok(())
}

/// What to paste into another terminal.
fn try_it(secret: &str, at: SocketAddr) -> String {
    let body = r#"{"id":"evt_17","payment_id":"pay_17","amount_cents":4200}"#;
    let signature = mac(secret, body.as_bytes()).map(|mac| BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    format!(
        "the webhook is there; call it as often as you like:\n\n  \
         curl -sS http://{at}/webhook -H '{SIGNATURE}: {}' -d '{body}'\n\n\
         and look what came of it:\n\n  curl -sS http://{at}/effects\n\n",
        signature.unwrap_or_default()
    )
}

fn say(text: &str) {
    // Nobody reads any more: nothing to do about it.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
