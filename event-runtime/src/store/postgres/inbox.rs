use super::super::StoreError;
use super::error::store_error;
use sqlx::PgConnection;
use std::collections::HashSet;

const ONE: &str = "INSERT INTO event_inbox (handler, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";
/// Sorted, so that two transactions with the same keys wait for each other in one direction only.
const MANY: &str = "INSERT INTO event_inbox (handler, key) \
     SELECT $1, key FROM unnest($2::text[]) AS key ORDER BY key \
     ON CONFLICT DO NOTHING RETURNING key";

pub(super) async fn claim(
    connection: &mut PgConnection,
    handler: &str,
    keys: &[String],
) -> Result<Vec<bool>, StoreError> {
    if let [key] = keys {
        let done = sqlx::query(ONE).bind(handler).bind(key).execute(connection).await;
        return Ok(vec![done.map_err(store_error)?.rows_affected() == 1]);
    }
    let claimed = sqlx::query_scalar::<_, String>(MANY).bind(handler).bind(keys);
    let claimed = claimed.fetch_all(connection).await.map_err(store_error)?;
    if claimed.len() == keys.len() {
        return Ok(vec![true; keys.len()]);
    }
    let claimed: HashSet<String> = claimed.into_iter().collect();
    Ok(keys.iter().map(|key| claimed.contains(key)).collect())
}
