use super::super::StoreError;
use super::NOW;
use super::error::store_error;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::collections::HashSet;

pub(super) async fn claim(
    connection: &mut SqliteConnection,
    handler: &str,
    keys: &[String],
) -> Result<Vec<bool>, StoreError> {
    let sql = format!(
        "INSERT INTO event_inbox (handler, key, claimed_at) SELECT ?1, value, {NOW} FROM json_each(?2) WHERE true \
         ON CONFLICT DO NOTHING RETURNING key"
    );
    let list = serde_json::to_string(keys).map_err(|error| StoreError::Refused(error.to_string()))?;
    let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql))
        .bind(handler.to_owned())
        .bind(list);
    let claimed = query.fetch_all(connection).await.map_err(store_error)?;
    if claimed.len() == keys.len() {
        return Ok(vec![true; keys.len()]);
    }
    let claimed: HashSet<String> = claimed.into_iter().collect();
    Ok(keys.iter().map(|key| claimed.contains(key)).collect())
}
