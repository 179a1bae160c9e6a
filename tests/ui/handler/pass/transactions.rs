//! Every way to take the transaction, on every store.

use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    order_id: u64,
    payment_id: String,
}

#[derive(Clone)]
struct Gateway;

#[handler(idempotent)]
async fn without(_: OrderPlaced) {}

#[handler(idempotent)]
async fn memory(_: OrderPlaced, tx: &mut Tx<'_, Memory>, _: State<Gateway>) {
    tx.put("a", "b");
}

#[handler(idempotent(by = "payment_id", window = "30d", alone))]
async fn by_a_field(order: Envelope<OrderPlaced>, _: Context, tx: &mut event_runtime::store::Tx<'_, Memory>) {
    tx.put("order", order.order_id.to_string());
}

#[handler(idempotent(by = "order_id"), batch(max = 10, within = "10ms"))]
async fn many(orders: Batch<OrderPlaced>, tx: &mut Tx<'_, Memory>) -> Result<(), BoxError> {
    for order in orders {
        tx.put("order", order.order_id.to_string());
    }
    Ok(())
}

type Transaction<'t> = Tx<'t, Sqlite>;

#[handler(idempotent)]
async fn by_another_name(_: OrderPlaced, tx: &mut Transaction<'_>) -> Result<(), BoxError> {
    let _: &mut sqlx::SqliteConnection = &mut **tx;
    Ok(())
}

#[handler(idempotent)]
async fn postgres(_: OrderPlaced, tx: &mut Tx<'_, Postgres>) -> Result<(), BoxError> {
    sqlx::query("SELECT 1").execute(&mut **tx).await?;
    Ok(())
}

async fn services() -> event_runtime::Result<()> {
    let _ = Service::new("a")
        .state(Gateway)
        .store(MemoryStore::new())
        .handle::<without>()
        .handle::<memory>()
        .handle::<by_a_field>()
        .handle::<many>();
    let _ = Service::new("b").store(SqliteStore::open("b.db").await?).handle::<by_another_name>().handle::<without>();
    let _ = Service::new("c").store(PostgresStore::connect("postgres://c").await?).handle::<postgres>();
    Ok(())
}

fn main() {
    let _ = services;
}
